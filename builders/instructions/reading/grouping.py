"""Rows that share a value as one row of lists, and tables that lie beside a corpus."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from builders.instructions.reading import coded_answers, templates
from builders.instructions.reading.asked import FILE, LABEL, NAME, Asked
from builders.instructions.reading.by_layout import WHOLE, layout_of
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, as_texts, without_ours
from builders.instructions.rows import SPLIT

_ON: Final = "__on"
_KEPT: Final = (FILE, NAME, LABEL, SPLIT)


def grouped(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """A row for each value of a column, in the order of their first rows, all other columns as lists.

    A column of lists becomes one list of what they hold, each once. Where rows are of no value, each stays a row.
    """
    alone = pl.when(pl.col(by).is_null()).then(pl.col(NUMBER))
    same = [name for name in (*_KEPT, NUMBER) if name in frame.columns and name != by]
    lists = [_listed(name, frame.schema[name]) for name in frame.columns if name not in (*same, by)]
    keys = frame.with_columns(alone.alias("__alone"))
    made = keys.group_by(by, "__alone", maintain_order=True).agg(*(pl.col(name).first() for name in same), *lists)
    return made.select(frame.columns)


def _listed(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.List):
        return pl.col(name).list.explode().drop_nulls().unique(maintain_order=True)
    return pl.col(name)


def joined(frame: pl.DataFrame, files: Sequence[CorpusFile], asked: Asked) -> pl.DataFrame:
    """The rows with the columns of each table beside them; where both have one, that of the other is `file.column`.

    Of several rows of the other table with one value the first counts.
    """
    beside: Mapping[str, Any] = asked.options["beside"]
    for file in files:
        other = _table(file, asked)
        on = str(beside["on"])
        if on not in other.columns and coded_answers.is_key(other):
            frame = coded_answers.told(frame, other, on)
        else:
            frame = _joined(frame, other, on, file, asked)
    return frame


def _table(file: CorpusFile, asked: Asked) -> pl.DataFrame:
    layout = layout_of(file.name) or asked.layout
    own = asked.options if layout == asked.layout else {}
    free = Asked(asked.corpus, layout, {"records": "*", **own} if layout == "json" else own, ())
    return without_ours(WHOLE[layout](file, free).frame).drop(NUMBER)


def _joined(frame: pl.DataFrame, other: pl.DataFrame, on: str, file: CorpusFile, asked: Asked) -> pl.DataFrame:
    Asked(asked.corpus, asked.layout, asked.options, (on,)).demand(file.path, other)
    ours = templates.column(frame, on)
    if ours is None:
        Asked(asked.corpus, asked.layout, asked.options, (on,)).demand(f"{asked.corpus}: the rows themselves", frame)
        return frame
    renamed = {name: f"{file.stem}.{name}" for name in other.columns if name in frame.columns and name != on}
    other = other.with_columns(_plain(other[on]).alias(_ON)).drop(on).rename(renamed)
    other = other.filter(pl.col(_ON).is_not_null()).unique(_ON, keep="first", maintain_order=True)
    left = frame.with_columns(_plain(frame.select(ours.alias(_ON)).to_series()))
    return left.join(other, on=_ON, how="left", maintain_order="left").drop(_ON)


def _plain(column: pl.Series) -> pl.Series:
    """What is joined as texts: a number is the same whether a file has it whole or with a point."""
    if column.dtype.is_float():
        return (
            column.to_frame()
            .select(templates.as_text(pl.col(column.name), column.dtype).alias(column.name))
            .to_series()
        )
    return as_texts(column)


def beside_of(files: Sequence[CorpusFile], split: str | None) -> list[CorpusFile]:
    """The files beside those of a split: of the same split, or of none."""
    return [file for file in files if file.split in (None, split)]
