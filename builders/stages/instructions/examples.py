"""Instances that stand as examples before others: a few of each task, of train alone, each of another document."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import Stage
from schemas.instructions import Example

POOL: Final = 32
"""Examples that a task chooses from."""
LONGEST: Final = 4000
"""Characters of an example: several of them must leave room for the question."""
_OF: Final = ["task", "licence"]


@dataclass(frozen=True)
class Candidates(Stage):
    """Example rows of a part of a corpus: those with the lowest draws, one of a document."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows, and the Drawable rows of these."""
        train = frames[1].filter(pl.col("split") == "train").select("id", "draw")
        short = pl.col("input").str.len_chars() + pl.col("outputs").list.first().str.len_chars() <= LONGEST
        rows = frames[0].filter(short).join(train, on="id", how="inner")
        return _lowest(rows.with_columns(output=pl.col("outputs").list.first()).select(Example.column_names()))


@dataclass(frozen=True)
class Examples(Stage):
    """Example rows of all parts together."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: what Candidates made of each corpus."""
        return _lowest(pl.concat(frames))


def _lowest(rows: pl.DataFrame) -> pl.DataFrame:
    """The lowest draws of each task and licence, one of each document."""
    rows = rows.sort("task", "draw", "id").unique([*_OF, "document"], keep="first", maintain_order=True)
    return rows.filter(pl.int_range(pl.len()).over(_OF) < POOL)


def chosen(rows: pl.DataFrame, pool: pl.DataFrame, wanted: str) -> pl.DataFrame:
    """`id` and `shots`, a list of structs (id, input, output), of the rows that get some.

    `rows`: id, task, licence, document, and how many are `wanted`; `turn`: a number that says where in the pool to
    begin. An example is never of the document of its row.
    """
    numbered = pool.sort(*_OF, "draw", "id").with_columns(place=pl.int_range(pl.len()).over(_OF))
    sizes = numbered.group_by(_OF, maintain_order=True).len("held")
    asked = rows.filter(pl.col(wanted) > 0).join(sizes, on=_OF, how="inner")
    turns = asked.with_columns(step=pl.int_ranges(0, pl.min_horizontal(pl.col(wanted).cast(pl.Int64) + 1, "held")))
    turns = turns.explode("step").with_columns(
        place=((pl.col("turn") + pl.col("step")) % pl.col("held")).cast(pl.Int64)
    )
    given = numbered.select(*_OF, "place", shot="id", of="document", example="input", answer="output")
    pairs = turns.join(given, on=[*_OF, "place"], how="inner").filter(pl.col("of") != pl.col("document"))
    pairs = pairs.sort("id", "step").filter(pl.int_range(pl.len()).over("id") < pl.col(wanted))
    shot = pl.struct(id="shot", input="example", output="answer")
    return pairs.group_by("id", maintain_order=True).agg(shots=shot)
