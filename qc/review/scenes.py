"""What the viewer of an item shows: its volume, the masks that it speaks of in colour, and where to look."""

from dataclasses import dataclass
from functools import cached_property
from gzip import compress
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from qc.report.slices import css_colour, window_for
from qc.volumes import Volumes

if TYPE_CHECKING:
    import numpy as np

_QUICKLY: Final = 1
"""Level of gzip: the way to the browser is short, or a tunnel to the next room."""


@dataclass(frozen=True)
class Structure:
    """One mask of an item: the voxel values that it is made of, and its colour in the page."""

    name: str
    labels: tuple[int, ...]
    colour: str


@dataclass(frozen=True)
class Scene:
    """A volume with masks. `at`: x, y, z in mm of the patient, None for the middle. `window`: HU, black to white.

    `names`: what every voxel value of the mask file means. `has_volume`: whether the source was named.
    """

    volume: str
    structures: tuple[Structure, ...]
    names: dict[int, str]
    at: tuple[float, float, float] | None
    window: tuple[float, float]
    has_volume: bool

    @cached_property
    def told(self) -> dict[str, Any]:
        """For the script of the page; rows of `table`: voxel value, colour, 1 where the item is about it, name."""
        asked = {label: one.colour for one in self.structures for label in one.labels}
        table = [
            (label, asked.get(label) or css_colour(label), int(label in asked), name)
            for label, name in sorted(self.names.items())
        ]
        return {"table": table, "at": self.at, "window": self.window, "volume": self.has_volume}


def scene(volumes: Volumes, table: str, row: dict[str, Any]) -> Scene | None:
    """The scene of a row of masks, grounded sentences or questions; None where its scan has no mask file."""
    volume = row.get("volume")
    if not volume or volume not in volumes.ids:
        return None
    masks = _masks(volumes, [row["id"]] if table == "masks" else row["masks"])
    labels = volumes.segmentation(volume)["labels"]
    return Scene(
        volume,
        tuple(Structure(m["structure"], tuple(m["labels"]), css_colour(m["labels"][0])) for m in masks if m["labels"]),
        {label["value"]: label["name"] for label in labels},
        _middle([m["centroid"] for m in masks if m["centroid"]]),
        window_for(masks[0]["structure"] if masks else ""),
        volumes.open is not None,
    )


def _masks(volumes: Volumes, ids: list[str]) -> list[dict[str, Any]]:
    if not volumes.build.has("masks"):
        return []
    rows = volumes.build.scan("masks", ["id", "structure", "labels", "centroid"]).filter(pl.col("id").is_in(ids))
    return rows.sort("id").collect().to_dicts()


def _middle(centroids: list[list[float]]) -> tuple[float, float, float] | None:
    """The centroid of the first mask: between two it would lie in neither."""
    return (centroids[0][0], centroids[0][1], centroids[0][2]) if centroids else None


def volume_file(volumes: Volumes, id: str) -> bytes:
    """A volume in HU as a .nii.gz; raises `VolumeError`."""
    found = volumes.hu(id)
    return compress(nifti_bytes(found.values, found.affine), _QUICKLY)


def nifti_bytes(values: "np.ndarray", affine: "np.ndarray") -> bytes:
    """A NIfTI file of int16, values outside it cut off; one copy of the volume at a time."""
    import nibabel as nib
    import numpy as np

    if values.dtype.kind == "f":
        values = np.nan_to_num(values, nan=-1024)
        np.rint(values, out=values)
    low, high = np.iinfo(np.int16).min, np.iinfo(np.int16).max
    if values.dtype != np.int16:
        values = values.clip(low, high).astype(np.int16)
    return nib.Nifti1Image(values, affine).to_bytes()
