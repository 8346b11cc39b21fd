"""Mentions in texts as one long frame: what entities of any form say stands where."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from builders.instructions.converting.draws import ROW
from builders.instructions.converting.template import alone, listed
from builders.instructions.converting.values import Value, as_text, made
from builders.instructions.converting.words_of_classes import spelt

MENTION: Final = "mention"
TYPE: Final = "type"
START: Final = "start"
END: Final = "end"
WRONG: Final = "wrong"
"""Why a mention rejects its row: `span_beyond_text`, `mention_not_in_text`, `unknown_type`; null if it is sound."""


def mentions(rows: pl.DataFrame, text: Value, fields: Mapping[str, Any]) -> pl.DataFrame:
    """Columns `ROW`, `START`, `END`, `TYPE`, `MENTION`, `WRONG`, in the order of rows and texts; the longer one first.

    Offsets count code points of the column `text` as the corpus has it, the end exclusive. Mentions that are given as
    they are written stand where the text has them first. A line break within a mention is a blank. Wrong offsets are
    kept whatever their type, since they tell of a damaged record; else only the `types` that count are.
    """
    value = alone(fields["entities"], rows.schema)
    is_span = value is not None and isinstance(value.dtype, pl.List) and isinstance(value.dtype.inner, pl.Struct)
    found = _spans(rows, text, value) if value and is_span else _written(rows, text, fields["entities"])
    kept = found.filter(pl.col(WRONG).is_not_null() | _counts(fields.get("types", ())))
    if words := fields.get("words"):
        word = spelt(pl.col(TYPE), words)
        wrong = pl.when(word.is_null()).then(pl.lit("unknown_type"))
        kept = kept.with_columns(word.alias(TYPE), pl.coalesce(WRONG, wrong).alias(WRONG))
    return kept.sort(ROW, START, pl.col(END), descending=[False, False, True], maintain_order=True)


def _counts(types: Sequence[str]) -> pl.Expr:
    return pl.col(TYPE).is_in(list(types)) if types else pl.lit(value=True)


def _spans(rows: pl.DataFrame, text: Value, value: Value) -> pl.DataFrame:
    names = [field.name for field in made(value.dtype.inner).fields]  # pyright: ignore
    entity = pl.col("entity").struct
    kind = entity.field(TYPE).cast(pl.String) if TYPE in names else pl.lit("", pl.String)
    long = rows.select(as_raw(text).alias("text"), value.expr.alias("entity")).with_row_index(ROW)
    long = long.filter(pl.col("entity").list.len() > 0).explode("entity")
    long = long.select(
        ROW, "text", entity.field(START).cast(pl.Int64), entity.field(END).cast(pl.Int64), kind.alias(TYPE)
    )
    start, end = pl.col(START), pl.col(END)
    inside = ((start >= 0) & (start < end) & (end <= pl.col("text").str.len_chars())).fill_null(value=False)
    cut = pl.col("text").str.slice(start.clip(0), (end - start).clip(0))
    said = pl.when(inside).then(in_a_line(cut))
    return (
        long.with_columns(said.alias(MENTION), pl.when(~inside).then(pl.lit("span_beyond_text")).alias(WRONG))
        .filter(pl.col(MENTION).is_not_null() | ~inside)
        .drop("text")
    )


def _written(rows: pl.DataFrame, text: Value, template: str) -> pl.DataFrame:
    long = (
        rows.select(as_raw(text).alias("text")).with_columns(listed(rows, template).alias(MENTION)).with_row_index(ROW)
    )
    long = long.filter(pl.col(MENTION).list.len() > 0).explode(MENTION)
    is_there = pl.col("text").str.contains(pl.col(MENTION), literal=True).fill_null(value=False)
    before = pl.col("text").str.splitn(pl.col(MENTION), 2).struct[0].str.len_chars().cast(pl.Int64)
    missing = pl.when(~is_there).then(pl.lit("mention_not_in_text"))
    return long.select(
        ROW,
        before.alias(START),
        (before + pl.col(MENTION).str.len_chars()).alias(END),
        pl.lit("", pl.String).alias(TYPE),
        in_a_line(pl.col(MENTION)),
        missing.alias(WRONG),
    )


def as_raw(text: Value) -> pl.Expr:
    """The text as the corpus has it, blanks at its ends included: offsets count them."""
    return text.expr if text.dtype == pl.String else as_text(text)


def in_a_line(mention: pl.Expr) -> pl.Expr:
    """A mention without line breaks and blanks at its ends; null where nothing else is in it."""
    said = mention.str.strip_chars().str.replace_all(r"\s*[\r\n]+\s*", " ")
    return pl.when(said != "").then(said)
