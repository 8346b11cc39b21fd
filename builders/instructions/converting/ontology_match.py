"""Which of several terms a definition belongs to."""

from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.candidates import LINES, numbered
from builders.instructions.converting.drafts import CHOICES, DETAIL, INPUT, REASON, settled
from builders.instructions.converting.draws import OTHER, ROW, Draw
from builders.instructions.converting.obo import plain
from builders.instructions.converting.options import TEXT
from builders.instructions.converting.template import rendered
from builders.instructions.rows import ID
from builders.instructions.task import Task

CANDIDATES: Final = 5
"""Terms that a definition is given with, its own among them."""


def match(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each definition, below it numbered terms: its own, and those of other documents of its split.

    Gold is the number of its own. Where the frame has no other document, the row is rejected as `no_candidates`.
    """
    slot = task.fields.get("definition", "{def}")
    term = rendered(rows, task.fields["term"])
    words = pl.DataFrame({TEXT: term, "folded": term.str.to_lowercase()})
    own = words.with_row_index(ROW).drop_nulls()
    met = draw.others(rows, term.is_not_null(), "terms", CANDIDATES - 1)
    met = met.join(words.with_row_index(OTHER), on=OTHER, maintain_order="left")
    met = met.join(own.select(ROW, own="folded"), on=ROW, maintain_order="left").filter(
        pl.col("folded") != pl.col("own")
    )
    long = pl.concat(
        [own.select(ROW, TEXT, right=pl.lit(value=True)), met.select(ROW, TEXT, right=pl.lit(value=False))]
    )
    drafts = _defined(rows, slot)
    drafts = drafts.with_row_index(ROW).join(numbered(long, rows[ID], draw), on=ROW, how="left", maintain_order="left")
    lonely = pl.col(CHOICES).list.len() < 2
    return settled(
        drafts.with_columns(
            (pl.col(INPUT) + "\n\n" + pl.col(LINES)).alias(INPUT),
            pl.when(lonely).then(pl.lit("no_candidates")).alias(REASON),
            pl.when(lonely).then(pl.lit("no other document in the frame")).alias(DETAIL),
        ),
        [slot, task.fields["term"]],
        [task.fields["term"]],
    )


def _defined(rows: pl.DataFrame, slot: str) -> pl.DataFrame:
    return rows.with_columns(rendered(rows, slot).alias(INPUT)).with_columns(plain(pl.col(INPUT)).alias(INPUT))
