"""Which definitions the chats of a table are given, and what each was made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from schemas.instructions import TaskDefinition


@dataclass(frozen=True)
class Told:
    """A definition of a task; `parent` and `by` where a model made it of another."""

    task: str
    number: int
    text: str
    parent: int | None = None
    by: str | None = None


@dataclass(frozen=True)
class Definitions(Stage):
    """TaskDefinition rows of all tasks that have a chat. Their words are those of declarations and of no corpus."""

    told: tuple[Told, ...]

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: task and definition of ChatInstance rows of each corpus."""
        counts = pl.concat(frames).group_by("task", number="definition", maintain_order=True).len("chats")
        rows = pl.DataFrame([vars(one) for one in self.told], TaskDefinition.create_empty().drop("chats").schema)
        rows = rows.join(counts.select("task").unique(maintain_order=True), on="task", how="semi")
        rows = rows.join(counts, on=["task", "number"], how="left", maintain_order="left")
        rows = rows.with_columns(pl.col("chats").fill_null(0).cast(pl.Int64))
        return rows.select(TaskDefinition.column_names()).sort("task", "number")
