"""Which rows of a corpus a reading is of (`where`), and columns that hold several values (`lists`)."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from builders.instructions.reading import templates


def chosen(frame: pl.DataFrame, where: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The rows that have one of the values in every column; none where no row has such a column."""
    for name, values in where.items():
        found = templates.column(frame, name)
        frame = frame.clear() if found is None else frame.filter(_has(frame, found, values))
    return frame


def of_own(frame: pl.DataFrame, where: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """What is asked of columns that are there before others are joined."""
    return {name: values for name, values in where.items() if templates.column(frame, name) is not None}


def _has(frame: pl.DataFrame, found: pl.Expr, values: Sequence[str]) -> pl.Expr:
    exact = [value for value in values if not value.startswith("~")]
    words = "|".join(re.escape(value[1:]) for value in values if value.startswith("~"))
    kind = frame.select(found.alias("x")).schema["x"]
    if isinstance(kind, pl.List):
        inner = kind.inner if isinstance(kind.inner, pl.DataType) else kind.inner()
        of = found.list.eval(_fits(templates.as_text(pl.element(), inner), exact, words)).list.any()
        return of.fill_null(False)
    return _fits(templates.as_text(found, kind), exact, words).fill_null(False)


def _fits(value: pl.Expr, exact: Sequence[str], words: str) -> pl.Expr:
    same = value.str.strip_chars().is_in(list(exact))
    return same | value.str.contains(rf"(?i)\b(?:{words})\b") if words else same


def with_lists(frame: pl.DataFrame, lists: Mapping[str, str]) -> pl.DataFrame:
    """Columns of texts as lists of what stands between their signs; none of them empty, and null is an empty list."""
    return frame.with_columns(
        _parted(name, sign) for name, sign in lists.items() if frame.schema.get(name) == pl.String
    )


def _parted(name: str, sign: str) -> pl.Expr:
    pieces = pl.col(name).fill_null("").str.split(sign).list.eval(pl.element().str.strip_chars())
    return pieces.list.eval(pl.element().filter(pl.element() != ""))
