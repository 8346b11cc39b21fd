"""Templates filled with the columns of many rows at once.

`{column}` is the text of a column as `values.py` has it: several values of a list stand on a line each. Where a
template names several columns and all of them are lists of one length in a row (the studies of a review: titles and
abstracts), it is filled once for each place, and a blank line parts what comes of it.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from builders.instructions.converting.values import Value, as_list, as_text, element_text, found
from builders.instructions.fields import COLUMN, columns

_PLACE: Final = "__place"
_ROW: Final = "__row"


def rendered(rows: pl.DataFrame, template: str) -> pl.Series:
    """The text of each row; null where a column that the template names is empty, or not there at all."""
    text = rows.with_columns(__text=_filled(template, rows.schema))["__text"]
    return _by_place(rows, template, text).alias("text")


def listed(rows: pl.DataFrame, template: str) -> pl.Series:
    """The texts of each row, each once: of a column that is a list all in it, else the one that `rendered` gives.

    Null where the column is null or not there; a list of nothing is empty.
    """
    value = alone(template, rows.schema)
    if value and isinstance(value.dtype, pl.List):
        return rows.select(as_list(value).list.unique(maintain_order=True).alias("texts")).to_series()
    text = pl.col("text")
    one = pl.when(text.is_not_null()).then(pl.concat_list(text))
    return rendered(rows, template).to_frame().select(texts=one).to_series()


def alone(template: str, schema: pl.Schema) -> Value | None:
    """The column of a template that names one and no more; None for any other, and where there is no such column."""
    match = COLUMN.fullmatch(template)
    return found(match[1], schema) if match else None


def own_words(template: str) -> bool:
    """Whether a template says more than the columns in it."""
    return bool(COLUMN.sub("", template).strip())


def empty_column(rows: pl.DataFrame, templates: Sequence[str]) -> pl.Series:
    """The first column that is empty in a row, of those that templates name; null where none is."""
    names = list(dict.fromkeys(name for template in templates for name in columns(template)))
    empty = [pl.when(_text(name, rows.schema).is_null()).then(pl.lit(name)) for name in names]
    return rows.with_columns(__empty=pl.coalesce(*empty, pl.lit(None, pl.String)))["__empty"]


def _text(name: str, schema: pl.Schema) -> pl.Expr:
    value = found(name, schema)
    return as_text(value) if value else pl.lit(None, pl.String)


def _filled(template: str, schema: pl.Schema) -> pl.Expr:
    """Words and columns by turns: `COLUMN` splits a template into the two."""
    parts = [
        _text(part, schema) if place % 2 else pl.lit(part) for place, part in enumerate(COLUMN.split(template)) if part
    ]
    return pl.concat_str(parts).str.strip_chars()


def _by_place(rows: pl.DataFrame, template: str, text: pl.Series) -> pl.Series:
    """The texts, with those of rows of equally long lists filled place by place instead."""
    values = {name: found(name, rows.schema) for name in columns(template)}
    lists = {name: value for name, value in values.items() if value and isinstance(value.dtype, pl.List)}
    if len(values) < 2 or len(lists) < len(values):
        return text
    lengths = [value.expr.list.len() for value in lists.values()]
    alike = pl.all_horizontal(*(length == lengths[0] for length in lengths), lengths[0] > 1)
    held = rows.with_row_index(_ROW).filter(alike).select(_ROW, *(v.expr.alias(n) for n, v in lists.items()))
    if held.is_empty():
        return text
    places = held.explode(*lists)
    filled = [
        element_text(Value(pl.col(part), places.schema[part])).fill_null("") if place % 2 else pl.lit(part)
        for place, part in enumerate(COLUMN.split(template))
        if part
    ]
    item = pl.concat_str(filled).str.strip_chars()
    said = places.select(_ROW, item=item).filter(pl.col("item") != "").unique([_ROW, "item"], maintain_order=True)
    joined = said.group_by(_ROW, maintain_order=True).agg(pl.col("item").str.join("\n\n"))
    both = text.to_frame("text").with_row_index(_ROW).join(joined, on=_ROW, how="left", maintain_order="left")
    return both.select(pl.coalesce("item", "text").alias("text")).to_series()
