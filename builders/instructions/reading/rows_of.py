"""The rows of one shard of a corpus: as its files have them, then chosen, grouped, joined, and named."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from builders.instructions import rows
from builders.instructions.reading import exam_questions, obo, reports
from builders.instructions.reading.asked import FILE, KEY, LABEL, NAME, Asked
from builders.instructions.reading.by_layout import BY_NAME, IN_PARTS, TABLES, TOGETHER, WHOLE
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import FileRows, together, without_ours
from builders.instructions.reading.grouping import beside_of, grouped, joined
from builders.instructions.reading.parts import Part
from builders.instructions.reading.plan import Plan
from builders.instructions.reading.selection import chosen, of_own, with_lists

_SOURCES: Final = {"exam-source": exam_questions.read, "report-source": reports.read}
_ENOUGH: Final = 20
"""Rows of a shard of which none has a column, where files may leave columns out, before that is an error."""


def raw_rows(plan: Plan, shard: str) -> Kept:
    """The rows with every column of the corpus that is asked for, and of their files, before our columns."""
    asked = plan.asked
    if of_source := _SOURCES.get(asked.layout):
        frame, rejected = of_source(plan.location, asked, shard)
        frame = chosen(frame, asked.options.get("where", {}))
        return Kept(_complete(frame, asked, shard, whole=False), rejected)
    files, part = plan.files(shard)
    read = [_read(file, part, asked) for file in files]
    if part is None:
        plan.demand_same(shard, files)
    frame = together([_with_file(one, file) for one, file in zip(read, files, strict=True)])
    bad = [row for one, file in zip(read, files, strict=True) for row in _rejected(one, file, part, asked)]
    frame = _arranged(frame, files[0], plan)
    whole = part is None and (asked.layout in TABLES or frame.height >= _ENOUGH)
    frame = _complete(frame, asked, files[0].path, whole=whole)
    frame = with_lists(frame, asked.options.get("lists", {}))
    return Kept(frame, pl.DataFrame(bad, REJECTED_SCHEMA, orient="row"))


def _arranged(frame: pl.DataFrame, file: CorpusFile, plan: Plan) -> pl.DataFrame:
    """The rows chosen, grouped and joined; a column by which rows are grouped is joined behind that."""
    asked, options = plan.asked, plan.asked.options
    if asked.layout in TOGETHER:
        frame = obo.once(frame)
    frame = chosen(frame, of_own(frame, options.get("where", {})))
    by = options.get("group", "")
    beside = plan.beside if asked.layout not in BY_NAME else []
    if by and beside and options["beside"]["on"] != by:
        frame = joined(frame, beside_of(beside, file.split), asked)
        beside = []
    if by:
        Asked(asked.corpus, asked.layout, options, (by,)).demand(file.path, frame)
        frame = grouped(frame, by)
    frame = joined(frame, beside_of(beside, file.split), asked) if beside else frame
    return chosen(frame, options.get("where", {}))


def _read(file: CorpusFile, part: Part | None, asked: Asked) -> FileRows:
    read = WHOLE[asked.layout](file, asked) if part is None else IN_PARTS[asked.layout][1](file, part, asked)
    return read if asked.layout in BY_NAME else FileRows(without_ours(read.frame), read.bad)


def _with_file(read: FileRows, file: CorpusFile) -> pl.DataFrame:
    """The rows with the name of their file; a column of the file that is called like it stays what it is."""
    ours = {FILE: file.label, NAME: file.stem}
    added = [pl.lit(file.label).alias(LABEL)]
    added += [pl.lit(value).alias(name) for name, value in ours.items() if name not in read.frame.columns]
    split = [] if rows.SPLIT in read.frame.columns else [pl.lit(file.split, pl.String).alias(rows.SPLIT)]
    return read.frame.with_columns(*added, *split)


def _rejected(read: FileRows, file: CorpusFile, part: Part | None, asked: Asked) -> Sequence[tuple[str, str, str]]:
    """Bad records, and a file that has none and no row either: nobody would miss it otherwise."""
    bad = read.bad
    if not bad and read.frame.is_empty() and part is None:
        bad = [(1, "no_rows", f"no record of the layout {asked.layout} in this file")]
    return [
        (f"{asked.corpus}/{file.label}#{number}", reason, f"{file.label}#{number}: {why}")
        for number, reason, why in bad
    ]


def _complete(frame: pl.DataFrame, asked: Asked, path: str, *, whole: bool) -> pl.DataFrame:
    """The rows with null in columns that no row of this shard has; raises `SourceError` where that is no chance."""
    if whole:
        asked.demand(path, frame)
    missing = [name for name in asked.lacking(frame) if "." not in name or name == KEY]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
