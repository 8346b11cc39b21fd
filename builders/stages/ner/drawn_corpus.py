"""The reports that were drawn, of all sources together."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage


@dataclass(frozen=True)
class DrawnCorpus(Stage):
    """Study rows of the reports that were drawn; ids that two sources share are rejected by the engine."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows of each source; needs `drawn`."""
        drawn = pl.read_parquet(needs["drawn"] / "*.parquet", columns=["id", "drawn"]).filter("drawn")
        return pl.concat(frames).join(drawn.select("id"), on="id", how="semi", maintain_order="left")
