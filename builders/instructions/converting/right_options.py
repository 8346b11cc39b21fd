"""Which options of a question are right: answers of a corpus as letters, numbers or the options themselves."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from builders.instructions.converting.draws import ROW
from builders.instructions.converting.options import NUMBER, OWN, TEXT
from builders.instructions.converting.template import alone, listed
from builders.instructions.converting.values import made
from builders.instructions.converting.words_of_classes import spelt

ANSWER: Final = "answer"
NUMBERS_FROM_0: Final = "numbers_from_0"

_SEVERAL: Final = r"^[A-Za-z](?:\s*[,;/ ]\s*[A-Za-z])+$"
"""Letters in one text, as `A,C`."""


def answers(rows: pl.DataFrame, template: str, words: Mapping[str, str]) -> pl.DataFrame:
    """Columns `ROW` and `ANSWER`: one row for each answer; one that `words` lacks is null."""
    long = listed(rows, template).to_frame(ANSWER).with_row_index(ROW)
    long = long.filter(pl.col(ANSWER).list.len() > 0).explode(ANSWER)
    if words:
        long = long.with_columns(spelt(pl.col(ANSWER), words))
    letters = pl.col(ANSWER).str.extract_all(r"[A-Za-z]")
    split = pl.when(pl.col(ANSWER).str.contains(_SEVERAL)).then(letters).otherwise(pl.concat_list(ANSWER))
    return long.with_columns(split).explode(ANSWER).unique([ROW, ANSWER], maintain_order=True)


def counts_from_0(rows: pl.DataFrame, template: str) -> bool:
    """Whether the answers are numbers of which one is 0: then none of them can be taken to count from 1."""
    value = alone(template, rows.schema)
    if value is None:
        return False
    inner = made(value.dtype.inner) if isinstance(value.dtype, pl.List) else value.dtype
    if not inner.is_numeric():
        return False
    lowest = value.expr.list.min() if isinstance(value.dtype, pl.List) else value.expr
    return rows.select((lowest == 0).any()).item() is True


def right(options: pl.DataFrame, given: pl.DataFrame, *, by_words: bool) -> pl.DataFrame:
    """Columns `ROW`, `ANSWER`, `NUMBER`: the option that each answer means; an answer that means none is missing.

    A letter comes before a number, a number before the words of an option; with `by_words` the words come first.
    """
    answer, text = pl.col(ANSWER), pl.col(TEXT)
    by_mark = [pl.col(OWN) == answer.str.to_uppercase(), pl.col(NUMBER).cast(pl.String) == answer]
    by_text = [text == answer, text.str.to_lowercase() == answer.str.to_lowercase()]
    ranked = pl.lit(None, pl.Int32)
    for rank, meant in reversed(list(enumerate(by_text + by_mark if by_words else by_mark + by_text))):
        ranked = pl.when(meant).then(pl.lit(rank, pl.Int32)).otherwise(ranked)
    met = given.join(options, on=ROW, maintain_order="left_right").with_columns(rank=ranked)
    met = met.drop_nulls("rank").sort(ROW, ANSWER, "rank", NUMBER)
    return met.unique([ROW, ANSWER], keep="first", maintain_order=True).select(ROW, ANSWER, NUMBER)
