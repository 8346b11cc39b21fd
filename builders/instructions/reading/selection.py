"""Which rows of a corpus a reading is of (`where`), and columns that hold several values (`lists`)."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from builders.instructions.reading import templates


def chosen(frame: pl.DataFrame, where: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The rows that have one of the values in every column; of columns that are not there nothing is asked."""
    for name, values in where.items():
        if (found := templates.column(frame, name)) is not None:
            frame = frame.filter(_has(frame, found, values))
    return frame


def _has(frame: pl.DataFrame, found: pl.Expr, values: Sequence[str]) -> pl.Expr:
    exact = [value for value in values if not value.startswith("~")]
    words = "|".join(re.escape(value[1:]) for value in values if value.startswith("~"))
    if isinstance(frame.select(found.alias("x")).schema["x"], pl.List):
        of = found.cast(pl.List(pl.String)).list.eval(_fits(pl.element(), exact, words)).list.any()
        return of.fill_null(False)
    return _fits(found.cast(pl.String), exact, words).fill_null(False)


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
