"""Mentions in texts as one long frame: what entities of any form say stands where."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from builders.instructions.converting.draws import ROW
from builders.instructions.converting.template import alone, listed, rendered
from builders.instructions.converting.values import Value, as_text, in_a_line, made
from builders.instructions.converting.words_of_classes import spelt

MENTION: Final = "mention"
TYPE: Final = "type"
START: Final = "start"
END: Final = "end"
WRONG: Final = "wrong"
"""Why a mention rejects its row: `no_offsets`, `span_beyond_text`, `mention_not_in_text`, `unknown_type`; else null."""


def mentions(rows: pl.DataFrame, texts: pl.Series, fields: Mapping[str, Any]) -> pl.DataFrame:
    """Columns `ROW`, `START`, `END`, `TYPE`, `MENTION`, `WRONG`, in the order of rows and texts; the longer one first.

    Offsets count code points of `texts`, which are as the corpus has them; the end is exclusive. Mentions given as they
    are written stand where the text has them first. A line break within a mention is a blank. Wrong offsets are kept
    whatever their type, since they tell of a damaged record; else only the `types` that count are.
    """
    value = alone(fields["entities"], rows.schema)
    is_span = value is not None and isinstance(value.dtype, pl.List) and isinstance(value.dtype.inner, pl.Struct)
    found = _spans(rows, texts, value) if value and is_span else _written(rows, texts, fields["entities"])
    kept = found.filter(pl.col(WRONG).is_not_null() | _counts(fields.get("types", ())))
    if words := fields.get("words"):
        word = spelt(pl.col(TYPE), words)
        wrong = pl.when(word.is_null()).then(pl.lit("unknown_type"))
        kept = kept.with_columns(word.alias(TYPE), pl.coalesce(WRONG, wrong).alias(WRONG))
    return kept.sort(ROW, START, pl.col(END), descending=[False, False, True], maintain_order=True)


def _counts(types: Sequence[str]) -> pl.Expr:
    return pl.col(TYPE).is_in(list(types)) if types else pl.lit(value=True)


def _spans(rows: pl.DataFrame, texts: pl.Series, value: Value) -> pl.DataFrame:
    entity = pl.col("entity").struct
    kinds = {field.name: made(field.dtype) for field in made(value.dtype.inner).fields}  # pyright: ignore
    kind = as_text(Value(entity.field(TYPE), kinds[TYPE])) if TYPE in kinds else pl.lit("", pl.String)
    ends = [_offset(name, kinds) for name in (START, END)]
    long = rows.select(value.expr.alias("entity")).with_columns(texts.alias("text")).with_row_index(ROW)
    long = long.filter(pl.col("entity").list.len() > 0).explode("entity")
    long = long.select(ROW, "text", *ends, kind.alias(TYPE))
    start, end = pl.col(START), pl.col(END)
    inside = ((start >= 0) & (start < end) & (end <= pl.col("text").str.len_chars())).fill_null(value=False)
    cut = pl.col("text").str.slice(start.clip(0), (end - start).clip(0))
    said = pl.when(inside).then(in_a_line(cut))
    wrong = pl.when(start.is_null() | end.is_null()).then(pl.lit("no_offsets"))
    wrong = wrong.when(~inside).then(pl.lit("span_beyond_text"))
    return (
        long.with_columns(said.alias(MENTION), wrong.alias(WRONG))
        .filter(pl.col(MENTION).is_not_null() | ~inside)
        .drop("text")
    )


def _offset(name: str, kinds: Mapping[str, pl.DataType]) -> pl.Expr:
    """An offset of an entity as a number; null where it has none, or one that is no number."""
    if name not in kinds or kinds[name].is_nested():
        return pl.lit(None, pl.Int64).alias(name)
    return pl.col("entity").struct.field(name).cast(pl.Int64, strict=False).alias(name)


def _written(rows: pl.DataFrame, texts: pl.Series, template: str) -> pl.DataFrame:
    long = pl.DataFrame({"text": texts, MENTION: listed(rows, template)}).with_row_index(ROW)
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


def as_read(rows: pl.DataFrame, template: str) -> pl.Series:
    """The texts as the corpus has them, blanks at their ends included: offsets count them."""
    value = alone(template, rows.schema)
    if value and value.dtype == pl.String:
        return rows.select(text=value.expr).to_series()
    return rendered(rows, template)
