"""What a converter gives before it is settled which rows become instances: the rows with some columns more.

The columns below are named so that no column of a corpus is called alike. What a converter leaves out is filled: no
choices, no gold, no reason.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.template import empty_column
from builders.instructions.rows import DOCUMENT, ID, LICENCE, SPLIT

INPUT: Final = "__input"
OUTPUTS: Final = "__outputs"
CHOICES: Final = "__choices"
GOLD: Final = "__gold"
REASON: Final = "__reason"
DETAIL: Final = "__detail"

CHOICE: Final = pl.Struct({"mark": pl.String, "text": pl.String})
TEXTS: Final = pl.List(pl.String)
CONVERTED: Final = {
    "row": pl.String, "document": pl.String, "split": pl.String, "licence": pl.String, "input": pl.String,
    "outputs": TEXTS, "choices": pl.List(CHOICE), "gold": TEXTS,
}  # fmt: skip
"""Columns of instances as converters give them; `schemas.instructions.Instance` says what they mean."""


def settled(drafts: pl.DataFrame, given: Sequence[str], answered: Sequence[str]) -> Kept:
    """Drafts as instances and rejected rows: each draft is one of the two.

    `given` and `answered` are the templates of input and output: a draft without a reason and without one of the two is
    rejected as `empty_input` or `empty_output`, and the detail names the first column of the templates that is empty.
    """
    whole = drafts.with_columns(**{name: pl.lit(None, dtype) for name, dtype in _MAY.items() if name not in drafts})
    has_input = pl.col(INPUT).fill_null("") != ""
    outputs = pl.col(OUTPUTS).list.eval(pl.element().filter(pl.element() != ""))
    whole = whole.with_columns(outputs)
    has_output = pl.col(OUTPUTS).list.len().fill_null(0) > 0
    empty = pl.when(~has_input).then(pl.lit("empty_input")).when(~has_output).then(pl.lit("empty_output"))
    whole = whole.with_columns(pl.coalesce(REASON, empty).alias(REASON))
    good = pl.col(REASON).is_null()
    return Kept(_instances(whole.filter(good)), _rejected(whole.filter(~good), given, answered))


_MAY: Final = {CHOICES: pl.List(CHOICE), GOLD: TEXTS, REASON: pl.String, DETAIL: pl.String}


def _instances(drafts: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(pl.Series([[]]))
    return drafts.select(
        pl.col(ID).alias("row"),
        pl.col(DOCUMENT).alias("document"),
        pl.col(SPLIT).cast(pl.String).alias("split"),
        pl.col(LICENCE).alias("licence"),
        pl.col(INPUT).alias("input"),
        pl.col(OUTPUTS).alias("outputs"),
        pl.col(CHOICES).fill_null(none.cast(pl.List(CHOICE)).first()).alias("choices"),
        pl.col(GOLD).fill_null(none.cast(TEXTS).first()).alias("gold"),
    ).cast(pl.Schema(CONVERTED))


def _rejected(drafts: pl.DataFrame, given: Sequence[str], answered: Sequence[str]) -> pl.DataFrame:
    column = pl.lit("column ")
    asked, told = empty_column(drafts, given), empty_column(drafts, answered)
    which = (
        pl.when(pl.col(REASON) == "empty_input")
        .then(column + pl.col("asked"))
        .when(pl.col(REASON) == "empty_output")
        .then(column + pl.col("told"))
    )
    found = drafts.select(ID, REASON, DETAIL).with_columns(asked.alias("asked"), told.alias("told"))
    detail = pl.coalesce(DETAIL, which, pl.lit(""))
    return found.select(id=ID, reason=REASON, detail=detail)
