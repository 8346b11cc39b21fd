"""A file of tokens, and beside it one with a label for each: neighbours of one label are an entity."""

import re
from itertools import groupby
from typing import Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import FileRows
from builders.instructions.reading.labelled import labelled_rows
from builders.instructions.reading.partners import partner
from builders.instructions.rows import SPLIT
from builders.ner_formats.frames import Labelled
from builders.ner_formats.tokens import joined

_BETWEEN: Final = re.compile(r"[\s,]+")
_NONE: Final = ("0", "O", "")


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The text of a file and its entities, of the split of the labels; a file without labels is a bad row."""
    other = partner(file, asked)
    if other is None:
        return labelled_rows([], [], [(1, "no_labels", "no file of labels has its name")])
    words = text(file.path, file.body()).split()
    marks = [mark for mark in _BETWEEN.split(text(other.path, other.body()).strip()) if mark]
    if len(words) != len(marks):
        return labelled_rows([], [], [(1, "other_tokens", f"{len(words)} tokens and {len(marks)} labels")])
    said, offsets = joined(words)
    if REPLACED in said:
        return labelled_rows([], [], [(1, "not_utf8", "bytes that are not UTF-8")])
    spans = [(found[0][0], found[-1][1], mark) for mark, found in _runs(offsets, marks) if mark not in _NONE]
    made = labelled_rows([Labelled("", said, spans)], [1])
    return FileRows(made.frame.with_columns(pl.lit(file.split or other.split, pl.String).alias(SPLIT)), made.bad)


def _runs(offsets: list[tuple[int, int]], marks: list[str]) -> list[tuple[str, list[tuple[int, int]]]]:
    pairs = groupby(zip(marks, offsets, strict=True), key=lambda pair: pair[0])
    return [(mark, [offset for _, offset in run]) for mark, run in pairs]
