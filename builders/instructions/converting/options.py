"""The options of a question in one form, whatever form a corpus has them in: one long frame, a row for each."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from builders.instructions.converting.draws import ROW
from builders.instructions.converting.template import alone, rendered
from builders.instructions.converting.values import Value, as_text, element_text, in_a_line, made
from schemas.exam_questions import LETTERS

OWN: Final = "own"
"""What the corpus calls an option: its letter."""
NUMBER: Final = "number"
"""The place of an option in the corpus, from 1."""
TEXT: Final = "text"


def options(rows: pl.DataFrame, slot: str | Sequence[str]) -> pl.DataFrame:
    """Columns `ROW`, `OWN`, `NUMBER`, `TEXT` in the order of rows and options.

    Of templates and of structs with a field for each letter, those that are empty are no options. A list keeps its
    empty ones, with a null text: they were pictures.
    """
    value = alone(slot, rows.schema) if isinstance(slot, str) else None
    if value and isinstance(value.dtype, pl.List):
        return _of_list(rows, value)
    if value and isinstance(value.dtype, pl.Struct):
        fields = {
            field.name: Value(value.expr.struct.field(field.name), made(field.dtype)) for field in value.dtype.fields
        }
        return _of_columns(rows.select(as_text(one).alias(name) for name, one in fields.items()))
    templates = [slot] if isinstance(slot, str) else slot
    return _of_columns(pl.DataFrame({LETTERS[place]: rendered(rows, one) for place, one in enumerate(templates)}))


def _of_list(rows: pl.DataFrame, value: Value) -> pl.DataFrame:
    lists = rows.select(value.expr.alias(TEXT)).with_row_index(ROW)
    long = lists.filter(pl.col(TEXT).list.len() > 0).explode(TEXT)
    place = pl.int_range(pl.len(), dtype=pl.UInt32).over(ROW)
    inner = long.schema[TEXT]
    own = pl.col("place").replace_strict(list(range(len(LETTERS))), list(LETTERS), default=None, return_dtype=pl.String)
    text = pl.col(TEXT)
    if isinstance(inner, pl.Struct) and len(inner.fields) > 1:
        first, second = inner.fields[:2]
        own = as_text(Value(text.struct.field(first.name), made(first.dtype)))
        text, inner = text.struct.field(second.name), made(second.dtype)
    said = in_a_line(element_text(Value(text, inner)))
    return long.with_columns(place=place).select(
        ROW, own.alias(OWN), (pl.col("place") + 1).alias(NUMBER), said.alias(TEXT)
    )


def _of_columns(texts: pl.DataFrame) -> pl.DataFrame:
    places = {name: place for place, name in enumerate(texts.columns, 1)}
    held = texts.with_row_index(ROW).unpivot(index=ROW, variable_name=OWN, value_name=TEXT).drop_nulls(TEXT)
    number = pl.col(OWN).replace_strict(places, return_dtype=pl.UInt32)
    return held.select(ROW, OWN, number.alias(NUMBER), in_a_line(pl.col(TEXT)).alias(TEXT)).sort(ROW, NUMBER)
