"""Instances whose words are nearly those of others, and of which some stand in test."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from schemas.instructions import InstanceFate, NearInstance


@dataclass(frozen=True)
class Nears(Stage):
    """NearInstance rows of the instances that have copies. Needs `duplicates`."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: InstanceKey rows."""
        asked = frames[0].select("id", "split").lazy()
        between = pl.col("id").is_between(pl.lit(frames[0]["id"].min()), pl.lit(frames[0]["id"].max()))
        copies = pl.scan_parquet(needs["duplicates"] / "*.parquet").select("id", "kind", "kept").filter(between)
        found = copies.join(asked, on="id", how="inner").collect(engine="streaming")
        return found.select(NearInstance.column_names()).sort("id")


@dataclass(frozen=True)
class NearFates(Stage):
    """InstanceFate rows of instances that have near copies; those of test are never left out.

    `near_test`: one of the copies, directly or through others, is of test. `near_duplicate`: another one is kept, of
    any task.
    """

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: NearInstance rows, whole clusters; those of equal words alone say nothing here."""
        rows = pl.concat(frames).sort("kept", "id")
        rows = rows.filter((pl.col("kind") == "near").any().over("kept"))
        tested = pl.col("id").filter(pl.col("split") == "test").first().over("kept")
        rows = rows.with_columns(tested=tested).filter(pl.col("split") != "test")
        found = [
            rows.filter(pl.col("tested").is_not_null()).select("id", fate=pl.lit("near_test"), of="tested"),
            rows.filter(pl.col("kind") == "near").select("id", fate=pl.lit("near_duplicate"), of="kept"),
        ]
        kinds = {name: column.dtype for name, column in InstanceFate.columns().items()}
        return pl.concat(found).select(pl.col(name).cast(kind) for name, kind in kinds.items()).sort("id", "fate")
