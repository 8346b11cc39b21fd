"""The volumes and masks of a build, opened one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from qc.build import Build
from schemas.mask_files import read_mask
from schemas.terms import Terms
from schemas.voxels import VolumeError, Voxels

if TYPE_CHECKING:
    import numpy as np

OpenVolume = Callable[[str], Voxels]
"""Opens the volume at a `path` of the table `volumes`, as stored; what builds give to qc, which knows no sources."""


@dataclass(frozen=True)
class Volumes:
    """Volumes of a build by id; `open` is None where nobody said where the source lies."""

    build: Build
    open: OpenVolume | None = None

    @cached_property
    def ids(self) -> Sequence[str]:
        """Volumes that have a mask file, sorted."""
        if not self.build.has("segmentations"):
            return ()
        return self.build.scan("segmentations", ["id"]).select("id").collect()["id"].sort().to_list()

    @property
    def terms(self) -> Terms:
        """What may be shown of the volumes: pictures of them are portions of the source, as texts are."""
        tables = {table.name: table.terms for table in self.build.manifest.tables}
        return tables.get("volumes", self.build.manifest.terms)

    def segmentation(self, id: str) -> dict[str, Any]:
        """The Segmentation row of a volume."""
        rows = self.build.scan("segmentations").filter(pl.col("id") == id).collect()
        return rows.row(0, named=True)

    def mask_file(self, id: str) -> Path:
        """Where the mask of a volume lies."""
        return self.build.folder / self.segmentation(id)["path"]

    def mask(self, id: str) -> Voxels:
        """The labels of a volume, in the order of the file; raises `VolumeError`."""
        return read_mask(self.mask_file(id))

    def hu(self, id: str) -> Voxels:
        """The volume in HU, in the order of the file; raises `VolumeError`."""
        if self.open is None:
            raise VolumeError("no_source", "nobody said where the source lies")
        row = self._opened(id)
        stored = self.open(row["path"])
        slope, intercept = row.get("slope", 1), row.get("intercept", 0)
        if (slope, intercept) == (1, 0):
            return stored
        return Voxels(stored.values * _float(slope) + _float(intercept), stored.affine)

    def _opened(self, id: str) -> dict[str, Any]:
        rows = self.build.scan("volumes").filter(pl.col("id") == id).collect() if self.build.has("volumes") else None
        if rows is None or not rows.height:
            raise VolumeError("unknown_volume", f"{id}: the table volumes has no such row")
        return rows.row(0, named=True)


def _float(number: float) -> "np.float32":
    import numpy as np

    return np.float32(number)
