"""From listed volumes to opened ones: each is read once, found whole, and its scale decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Source, Stage
from builders.stages.geometry import geometry
from builders.stages.hu_scale import decide_scale
from builders.stages.splits import DRAWN, Fractions, demand_shares, drawn_split
from schemas.volumes import OpenedVolume
from schemas.voxels import VolumeError
from schemas.words import SPLITS

_LISTED = ("id", "study", "patient", "split", "reconstruction", "path", "kernel")
_OPENED = {name: column.dtype for name, column in OpenedVolume.columns().items() if name not in _LISTED}


@dataclass(frozen=True)
class OpenVolumes(Stage):
    """One row per chosen volume that can be used; others that were chosen are rejected with the reader's reason, or as
    `scale_undecided`. One volume is in memory at a time.

    `source` reads the voxels. A volume has the split that its scan has in `corpus` (a need, where a recipe has
    reports: rows with `study` and `split`), else the official one, else one drawn as `Corpus` draws: by patient, or
    by scan where no patient is known. So all of a scan, and of a patient, stay in one split.
    """

    source: Source = field(repr=False)
    fractions: Fractions = DRAWN
    seed: str = "medmill"

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __post_init__(self) -> None:
        demand_shares(self.fractions)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Volume rows; `needs`: `corpus`, if anything. Returns OpenedVolume rows."""
        (volumes,) = frames
        listed = volumes.filter("chosen")
        rows, rejected = [], []
        for row in listed.iter_rows(named=True):
            try:
                rows.append({"id": row["id"], **self._opened(row)})
            except VolumeError as error:
                rejected.append((row["id"], error.reason, error.detail))
        opened = pl.DataFrame(rows, schema={"id": pl.String, **_OPENED})
        known = self._with_split(listed.select(_LISTED), needs.get("corpus"))
        joined = known.join(opened, on="id", how="inner", maintain_order="left")
        columns = list(OpenedVolume.columns())
        return Kept(joined.select(columns), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"))

    def _opened(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What is seen on opening: geometry, scale, padding, peaks."""
        voxels = self.source.voxels(row["path"])
        scale = decide_scale(voxels.values, row["slope"], row["intercept"])
        seen = geometry(voxels.affine)
        return {
            "shape": list(voxels.values.shape),
            "spacing": list(seen.spacing),
            "orientation": seen.orientation,
            "oblique": seen.oblique,
            "affine": voxels.affine.ravel().tolist(),
            "scale": scale.name,
            "slope": scale.slope,
            "intercept": scale.intercept,
            "padding": scale.padding,
            "lung_peak": scale.lung_peak,
            "soft_peak": scale.soft_peak,
        }

    def _with_split(self, listed: pl.DataFrame, corpus: Path | None) -> pl.DataFrame:
        drawn = drawn_split(listed.select(pl.coalesce("patient", "study")).to_series(), self.fractions, self.seed)
        known = listed.with_columns(drawn=drawn, of_scan=pl.lit(None, pl.String))
        if corpus is not None:
            keys = pl.read_parquet(corpus / "*.parquet", columns=["study", "split"])
            keys = keys.select("study", of_report=pl.col("split").cast(pl.String)).unique("study", maintain_order=True)
            known = known.join(keys, on="study", how="left", maintain_order="left").with_columns(of_scan="of_report")
        words = [pl.col(name).cast(pl.String) for name in ("of_scan", "split", "drawn")]
        return known.select(
            *(name for name in _LISTED if name != "split"), split=pl.coalesce(words).cast(pl.Enum(SPLITS))
        )
