"""The rows of one shard of a corpus: as its files have them, then chosen, grouped, joined, and named."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from builders.instructions import rows
from builders.instructions.reading import exam_questions, reports
from builders.instructions.reading.asked import FILE, KEY, NAME, Asked
from builders.instructions.reading.by_layout import IN_PARTS, TABLES, WHOLE
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import FileRows, together
from builders.instructions.reading.parts import Part
from builders.instructions.reading.plan import Plan
from builders.instructions.reading.selection import chosen, with_lists

_SOURCES: Final = {"exam-source": exam_questions.read, "report-source": reports.read}
_ENOUGH: Final = 20
"""Rows of a shard of which none has a column, where files may leave columns out, before that is an error."""


def raw_rows(plan: Plan, shard: str) -> Kept:
    """The rows with every column of the corpus that is asked for, and of their files, before our columns."""
    asked = plan.asked
    if of_source := _SOURCES.get(asked.layout):
        frame, rejected = of_source(plan.location, asked, shard)
        return Kept(_complete(frame, asked, shard, whole=False), rejected)
    files, part = plan.files(shard)
    read = [_read(file, part, asked) for file in files]
    frame = together([_with_file(one, file) for one, file in zip(read, files, strict=True)])
    bad = [row for one, file in zip(read, files, strict=True) for row in _rejected(one, file, asked)]
    frame = chosen(frame, asked.options.get("where", {}))
    whole = part is None and (asked.layout in TABLES or frame.height >= _ENOUGH)
    frame = _complete(frame, asked, files[0].path, whole=whole)
    frame = with_lists(frame, asked.options.get("lists", {}))
    return Kept(frame, pl.DataFrame(bad, REJECTED_SCHEMA, orient="row"))


def _read(file: CorpusFile, part: Part | None, asked: Asked) -> FileRows:
    return WHOLE[asked.layout](file, asked) if part is None else IN_PARTS[asked.layout][1](file, part, asked)


def _with_file(read: FileRows, file: CorpusFile) -> pl.DataFrame:
    """The rows with the name of their file; a column of the file that is called like it stays what it is."""
    ours = {FILE: file.label, NAME: file.stem}
    added = [pl.lit(value).alias(name) for name, value in ours.items() if name not in read.frame.columns]
    return read.frame.with_columns(*added, pl.lit(file.split, pl.String).alias(rows.SPLIT))


def _rejected(read: FileRows, file: CorpusFile, asked: Asked) -> Sequence[tuple[str, str, str]]:
    return [
        (f"{asked.corpus}/{file.label}#{number}", reason, f"{file.label}#{number}: {why}")
        for number, reason, why in read.bad
    ]


def _complete(frame: pl.DataFrame, asked: Asked, path: str, *, whole: bool) -> pl.DataFrame:
    """The rows with null in columns that no row of this shard has; raises `SourceError` where that is no chance."""
    if whole:
        asked.demand(path, frame)
    missing = [name for name in asked.lacking(frame) if "." not in name or name == KEY]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
