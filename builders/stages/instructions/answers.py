"""How often each answer of a closed list is right, task by task."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import Stage
from schemas.instructions import AnswerCount

_OF: Final = ["task", "split", "options", "place", "ordered"]


@dataclass(frozen=True)
class Answers(Stage):
    """AnswerCount rows of a part of a corpus; one with several right answers counts for each."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows."""
        rows = frames[0].filter(pl.col("choices").list.len() > 0)
        marks = pl.col("choices").list.eval(pl.element().struct.field("mark"))
        texts = pl.col("choices").list.eval(pl.element().struct.field("text"))
        rows = rows.select("task", "split", "gold", "id", marks=marks, ordered=marks != texts)
        rows = rows.with_columns(options=pl.col("marks").list.len().cast(pl.Int32))
        places = rows.explode("marks").with_columns(place=pl.int_range(pl.len(), dtype=pl.Int32).over("id"))
        right = places.filter(pl.col("gold").list.contains(pl.col("marks")))
        return _summed(right.with_columns(rows=pl.lit(1, pl.Int64)))


@dataclass(frozen=True)
class AnswerSums(Stage):
    """AnswerCount rows of all parts together."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: what Answers made of each corpus."""
        return _summed(pl.concat(frames))


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    kinds = {name: column.dtype for name, column in AnswerCount.columns().items()}
    summed = rows.group_by(_OF).agg(pl.col("rows").sum()).sort(_OF)
    return summed.select(pl.col(name).cast(kind) for name, kind in kinds.items())
