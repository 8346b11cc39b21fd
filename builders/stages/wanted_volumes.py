"""The volumes that a dataset is made of: those of the setting, whose scan the corpus holds."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import polars as pl

from builders.base import Kept, Stage

Unreported = Literal["reject", "keep"]


@dataclass(frozen=True)
class WantedVolumes(Stage):
    """Volumes that the source chose, with the split of their scan.

    `unreported`: volumes of a scan without a report in the corpus are rejected as `no_report`, or kept, to be
    segmented and asked about by what their masks prove.
    """

    unreported: Unreported = "reject"

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Volume rows of the source; needs `studies`: keys of the corpus. Returns Volume rows."""
        keys = pl.read_parquet(needs["studies"] / "*.parquet", columns=["study", "split"])
        chosen = frames[0].filter("chosen")
        named = chosen.join(keys.rename({"split": "given"}), on="study", how="left", maintain_order="left")
        known = pl.col("given").is_not_null() | (self.unreported == "keep")
        reason = pl.lit("no_report"), pl.lit("scan ") + pl.col("study") + " has no report in the corpus"
        rejected = named.filter(~known).select("id", reason=reason[0], detail=reason[1])
        kept = named.filter(known).with_columns(split=pl.coalesce("given", "split")).drop("given")
        return Kept(kept, rejected)
