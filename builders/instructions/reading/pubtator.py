"""PubTator: title and abstract of an article, and lines of offsets into both."""

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, Bad, FileRows
from builders.instructions.reading.labelled import labelled_rows
from builders.ner_formats.frames import Labelled

_TEXT: Final = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_OFFSET: Final = re.compile(r"[0-9]{1,18}")
_LEAST: Final = 5
"""Columns of a line of offsets: id, start, end, mention, type; those of relations have fewer, or words for offsets."""


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The articles of a file; one whose offsets do not meet its mentions is a bad row."""
    texts: list[Labelled] = []
    numbers: list[int] = []
    bad: list[Bad] = []
    for number, lines in enumerate(_blocks(text(file.path, file.body())), 1):
        made = _labelled(lines)
        if isinstance(made, str):
            bad.append((number, "not_utf8" if REPLACED in "".join(lines) else "bad_offsets", made))
        else:
            texts.append(made)
            numbers.append(number)
    rows = labelled_rows(texts, numbers, bad)
    ids = pl.DataFrame({NUMBER: numbers, "pmid": [one.id for one in texts]}, {NUMBER: pl.Int64, "pmid": pl.String})
    return FileRows(rows.frame.join(ids, on=NUMBER, how="left", maintain_order="left"), rows.bad)


def _blocks(body: str) -> Iterator[list[str]]:
    for block in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n")):
        if lines := [line for line in block.split("\n") if line.strip()]:
            yield lines


def _labelled(lines: list[str]) -> Labelled | str:
    """The article, or why its lines are none; a line feed stands between title and abstract, as offsets count it."""
    parts = {match[2]: match[3] for line in lines if (match := _TEXT.fullmatch(line))}
    name = next((match[1] for line in lines if (match := _TEXT.fullmatch(line))), "")
    if "t" not in parts:
        return "no line of a title"
    said = "\n".join(parts[part] for part in ("t", "a") if part in parts)
    if REPLACED in said:
        return "bytes that are not UTF-8"
    spans: list[tuple[int, int, str]] = []
    for line in lines:
        cells = line.split("\t")
        if len(cells) >= _LEAST and all(_OFFSET.fullmatch(cell) for cell in cells[1:3]):
            start, end = int(cells[1]), int(cells[2])
            if said[start:end].replace("\n", " ") != cells[3]:
                return f"other words stand from {start} to {end}"
            spans.append((start, end, cells[4].strip()))
    return Labelled(name, said, sorted(spans))
