"""Half of the rows, drawn by their ids, with a column of another document in the place of their own."""

from typing import Final

import polars as pl

from builders.instructions.converting.drafts import REASON
from builders.instructions.converting.draws import NTH, OTHER, ROW, Draw
from builders.instructions.converting.template import rendered
from builders.instructions.fields import columns
from builders.instructions.rows import ID
from schemas.errors import UsageError

IS_SWAPPED: Final = "is_swapped"
"""The column that says `yes` or `no`."""
TRIES: Final = 3
"""Documents that are looked at for one whose words differ."""


def swapped(rows: pl.DataFrame, template: str, draw: Draw) -> pl.DataFrame:
    """The rows with the column of `template` swapped in half of them, and `IS_SWAPPED`.

    Words come from a document of the same split and licence; equal words are no swap. A row that was drawn and finds
    none in the frame has the reason `nothing_to_swap`. Raises `UsageError` for a template of several columns.
    """
    named = columns(template)
    if template != f"{{{named[0] if named else ''}}}" or ("." in named[0] and named[0] not in rows.columns):
        raise UsageError(
            f"task {draw.task}, key swapped: expected one column, got {template!r}; write it like {{answer}}"
        )
    column = named[0]
    own = rendered(rows, template)
    drawn = (draw.fractions(rows[ID], "swapped") < 0.5) & own.is_not_null()
    met = draw.others(rows, own.is_not_null(), "swapped with", TRIES, asked=drawn)
    texts = pl.DataFrame({"text": own}).with_row_index(OTHER)
    met = met.join(texts, on=OTHER, maintain_order="left").join(texts.rename({OTHER: ROW, "text": "own"}), on=ROW)
    first = met.filter(pl.col("text") != pl.col("own")).sort(ROW, NTH).unique(ROW, keep="first", maintain_order=True)
    whole = rows.with_row_index(ROW).with_columns(__drawn=drawn)
    whole = whole.join(first.select(ROW, __swap="text"), on=ROW, how="left", maintain_order="left")
    is_done = pl.col("__swap").is_not_null()
    return whole.with_columns(
        pl.coalesce("__swap", own).alias(column),
        pl.when(is_done).then(pl.lit("yes")).otherwise(pl.lit("no")).alias(IS_SWAPPED),
        pl.when(pl.col("__drawn") & ~is_done).then(pl.lit("nothing_to_swap")).alias(REASON),
    ).drop(ROW, "__drawn", "__swap")
