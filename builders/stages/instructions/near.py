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
        asked = frames[0].select("id", "task", "split").lazy()
        between = pl.col("id").is_between(pl.lit(frames[0]["id"].min()), pl.lit(frames[0]["id"].max()))
        copies = pl.scan_parquet(needs["duplicates"] / "*.parquet").select("id", "kind", "kept").filter(between)
        found = copies.join(asked, on="id", how="inner").collect(engine="streaming")
        return found.select(NearInstance.column_names()).sort("id")


@dataclass(frozen=True)
class NearFates(Stage):
    """InstanceFate rows of instances that have near copies; those of test are never left out.

    `near_test`: one of the copies, directly or through others, is of test. `near_duplicate`: another one of its task
    stays. `near_elsewhere`: it is the one of its task, and one of another task stays: a pair that is translated both
    ways, a sentence that two tasks ask about. The one that stands for all copies stays first, then those of lower id.
    """

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: NearInstance rows, whole clusters; those of equal words alone say nothing here."""
        rows = pl.concat(frames).sort("kept", pl.col("kind") != "kept", "id")
        rows = rows.filter((pl.col("kind") == "near").any().over("kept"))
        id_, test = pl.col("id"), pl.col("split") == "test"
        rows = rows.with_columns(near_test=id_.filter(test).first().over("kept")).filter(~test)
        rows = rows.with_columns(
            near_duplicate=id_.first().over("kept", "task"), near_elsewhere=id_.first().over("kept")
        )
        alone = pl.col("near_duplicate") == id_
        told = {
            "near_test": pl.col("near_test").is_not_null(),
            "near_duplicate": ~alone,
            "near_elsewhere": alone & (pl.col("near_elsewhere") != id_),
        }
        found = [rows.filter(where).select("id", fate=pl.lit(fate), of=fate) for fate, where in told.items()]
        kinds = {name: column.dtype for name, column in InstanceFate.columns().items()}
        return pl.concat(found).select(pl.col(name).cast(kind) for name, kind in kinds.items()).sort("id", "fate")
