"""Numbered candidates below a text, in an order that is drawn, and the numbers of those that are right."""

from typing import Final

import polars as pl

from builders.instructions.converting.drafts import CHOICE, CHOICES, GOLD, OUTPUTS
from builders.instructions.converting.draws import ROW, Draw
from builders.instructions.converting.options import TEXT

RIGHT: Final = "right"
LINES: Final = "__candidates"
BETWEEN: Final = ", "


def numbered(long: pl.DataFrame, ids: pl.Series, draw: Draw, *, shuffled: bool = True) -> pl.DataFrame:
    """One row for each `ROW` of `long` (`ROW`, `TEXT`, `RIGHT`): `LINES`, `CHOICES`, `GOLD` and `OUTPUTS`.

    Each text stands once, and is right where one of its rows is. `ids` are those of all rows, for the draw.
    """
    key = [ROW, TEXT]
    each = long.group_by(key, maintain_order=True).agg(pl.col(RIGHT).any())
    if shuffled:
        named = each.select(name=pl.lit(ids.gather(each[ROW])) + "\0" + pl.col(TEXT)).to_series()
        each = each.with_columns(__order=draw.digests(named, "order of candidates")).sort(ROW, "__order", TEXT)
    number = (pl.int_range(pl.len()) + 1).over(ROW).cast(pl.String)
    each = each.with_columns(mark=number).with_columns(choice=pl.struct("mark", TEXT))
    told = each.group_by(ROW, maintain_order=True).agg(
        (pl.col("mark") + ". " + pl.col(TEXT)).str.join("\n").alias(LINES),
        pl.col("choice").alias(CHOICES).cast(CHOICE),
        pl.col("mark").filter(RIGHT).alias(GOLD),
    )
    return told.with_columns(pl.concat_list(pl.col(GOLD).list.join(BETWEEN)).alias(OUTPUTS))
