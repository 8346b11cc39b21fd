"""Instances of test splits as items of the benchmark: with the wording of their task and examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Kept, Stage
from builders.stages.hashing import number
from builders.stages.instructions.examples import chosen
from schemas.instructions import BenchItem


@dataclass(frozen=True)
class Asked:
    """How a task of the benchmark is asked and scored, and where it stands."""

    folder: str
    bench_id: str
    category: str
    metric: str
    input_language: str
    output_language: str
    definition: str


@dataclass(frozen=True)
class Items(Stage):
    """BenchItem rows of the instances of test. Needs `examples`, of train alone: up to `shots` of other documents.

    Those that are `unanswerable` for a reason of `leaves_out` are rejected for it.
    """

    asked: Mapping[str, Asked]
    shots: int = 3
    seed: str = "medmill"
    leaves_out: tuple[str, ...] = ()

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Instance rows."""
        rows, rejected = self._answerable(frames[0].filter(pl.col("split") == "test"))
        turn = (number(rows["id"], seed=f"{self.seed} turn") % 2**32).cast(pl.Int64)
        wanted = rows.select("id", "task", "licence", "document", turn=turn, some=pl.lit(self.shots))
        shots = chosen(wanted, pl.read_parquet(needs["examples"] / "*.parquet"), "some")
        rows = rows.join(shots, on="id", how="left", maintain_order="left").join(self._told(), on="task", how="inner")
        pair = pl.struct(pl.element().struct.field("input"), pl.element().struct.field("output"))
        rows = rows.with_columns(examples=pl.col("shots").fill_null([]).list.eval(pair))
        kinds = {name: column.dtype for name, column in BenchItem.columns().items()}
        return Kept(rows.select(pl.col(name).cast(kind) for name, kind in kinds.items()).sort("id"), rejected)

    def _answerable(self, rows: pl.DataFrame) -> Kept:
        against = pl.col("unanswerable").cast(pl.List(pl.String)).list.set_intersection(list(self.leaves_out))
        rows = rows.with_columns(reason=against.list.sort().list.first())
        out = rows.filter(pl.col("reason").is_not_null()).sort("id")
        kept = rows.filter(pl.col("reason").is_null()).drop("reason")
        return Kept(kept, out.select("id", "reason", detail=pl.format("task {}", "task")))

    def _told(self) -> pl.DataFrame:
        names = list(Asked.__dataclass_fields__)
        rows = [{"task": task, **{name: getattr(one, name) for name in names}} for task, one in self.asked.items()]
        return pl.DataFrame(rows, dict.fromkeys(["task", *names], pl.String))
