"""What the masks of a volume measure: one row per structure that its mask file can hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from annotators.masks.components import components
from annotators.masks.statistics import Figures, figures
from builders.base import REJECTED_SCHEMA, Kept, Source, Stage
from builders.stages.hu_scale import hounsfield
from schemas.anatomy import slug
from schemas.mask_files import demand_grid, read_mask
from schemas.structures import Obtained, obtained
from schemas.volumes import FACES, Mask
from schemas.voxels import VolumeError, Voxels


@dataclass(frozen=True)
class Masks(Stage):
    """Rows of `schemas.volumes.Mask`; structures without a voxel have rows, structures that no task yields have none.

    One pass over mask and volume; unions are put together from the figures of their labels. A mask that does not fit
    its volume is rejected as `mask_shape`, `mask_affine` or `mask_label`. `count_components`: also count the pieces of
    what is one label.
    """

    source: Source = field(repr=False)
    count_components: bool = True

    version: ClassVar[int] = 2
    data: ClassVar[tuple[str, ...]] = ("schemas/structures.tsv", "schemas/anatomy.tsv")
    reads_files: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: OpenedVolume and Segmentation rows of the same volumes; `root`: the build folder."""
        volumes, made = frames
        both = made.select("id", "labels", file="path").join(volumes, on="id", how="inner", maintain_order="left")
        rows, rejected = [], []
        for volume in both.iter_rows(named=True):
            try:
                rows += self._measured(volume, needs["root"] / volume["file"])
            except VolumeError as error:
                rejected.append((volume["id"], error.reason, error.detail))
        schema = {name: column.dtype for name, column in Mask.columns().items()}
        return Kept(pl.DataFrame(rows, schema), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"))

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """170 structures a volume."""
        return 170 * rows, 30_000 * rows

    def _measured(self, volume: Mapping[str, Any], file: Path) -> Iterator[dict[str, Any]]:
        mask, image = read_mask(file), self.source.voxels(volume["path"])
        demand_grid(mask, image, file.name)
        values = hounsfield(image, volume["slope"], volume["intercept"]).values
        labels = [(label["value"], label["name"], label["task"]) for label in volume["labels"]]
        found = figures(mask.values, values, max((value for value, _, _ in labels), default=0) + 1)
        structures = obtained(labels)
        shared = _shared(structures, found)
        for one in structures:
            told = _told(found.of(list(one.values)), mask)
            yield {**_named(volume, one), **told, "overlaps": shared[one.structure.known_as],
                   **self._pieces(mask, found, one)}  # fmt: skip

    def _pieces(self, mask: Voxels, found: Figures, one: Obtained) -> dict[str, Any]:
        whole = found.of(list(one.values))
        if not self.count_components or one.origin == "union" or not whole.count[0]:
            return {"components": None, "largest_share": None}
        box = tuple(slice(low, high) for low, high in zip(whole.low[0], whole.high[0], strict=True))
        count, share = components(mask.values[box], one.values)
        return {"components": count, "largest_share": share}


def _named(volume: Mapping[str, Any], one: Obtained) -> dict[str, Any]:
    structure = one.structure.known_as
    return {
        "id": f"{volume['id']}/{slug(structure)}",
        "volume": volume["id"],
        "study": volume["study"],
        "split": volume["split"],
        "structure": structure,
        "labels": list(one.values),
        "origin": one.origin,
    }


def _shared(structures: list[Obtained], found: Figures) -> dict[str, list[dict[str, Any]]]:
    """Voxels in values that bear the names of several structures: two tasks, or two files, claim them."""
    direct = [one for one in structures if one.origin == "direct"]
    bearers: dict[int, list[str]] = {}
    for one in direct:
        for value in one.values:
            bearers.setdefault(value, []).append(one.structure.known_as)
    voxels: dict[str, dict[str, int]] = {one.structure.known_as: {} for one in structures}
    for value, names in bearers.items():
        for name, other in permutations(names if found.count[value] else (), 2):
            voxels[name][other] = voxels[name].get(other, 0) + int(found.count[value])
    return {name: [{"structure": other, "voxels": n} for other, n in sorted(of.items())] for name, of in voxels.items()}


def _told(found: Figures, mask: Voxels) -> dict[str, Any]:
    """Figures in millimetres, millilitres and HU."""
    count = int(found.count[0])
    size = abs(np.linalg.det(mask.affine[:3, :3])) / 1000
    told: dict[str, Any] = {"voxels": count, "volume_ml": count * size, "borders": []}
    if not count:
        return told | dict.fromkeys(("box", "centroid", "hu_mean", "hu_deviation"))
    low, high = found.low[0].tolist(), found.high[0].tolist()
    touched = [low[0] == 0, high[0] == mask.values.shape[0], low[1] == 0, high[1] == mask.values.shape[1],
               low[2] == 0, high[2] == mask.values.shape[2]]  # fmt: skip
    mean = float(found.sum[0]) / count
    return told | {
        "box": [*low, *high],
        "centroid": (mask.affine[:3, :3] @ (found.places[0] / count) + mask.affine[:3, 3]).tolist(),
        "hu_mean": mean,
        "hu_deviation": max(float(found.squares[0]) / count - mean * mean, 0.0) ** 0.5,
        "borders": [face for face, touches in zip(FACES, touched, strict=True) if touches],
    }
