"""A source of made-up volumes on disk, one of them damaged, and the recipe that segments them."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl

from annotators.segmenting.segmenter import Segmented
from annotators.segmenting.total_segmentator import TotalSegmentator
from builders.base import Files, Recipe, Shard, Source, Table
from builders.run import Orders, make
from builders.stages.segment import Segment
from schemas.terms import OPEN, Terms
from schemas.volumes import OpenedVolume, Segmentation
from schemas.voxels import VolumeError, Voxels


@dataclass(frozen=True)
class Noise(Source):
    """`count` volumes of noise, stored with an offset of 1024; `bad` is one that cannot be read, `flat` is constant."""

    location: str = ""
    count: int = 4
    bad: int = -1
    flat: int = -1

    name: ClassVar[str] = "noise"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"volumes": OpenedVolume}

    def shards(self, table: str) -> Sequence[Shard]:
        return [Shard("all", f"{self.count} {self.bad} {self.flat}")]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        rows = [
            {
                "id": f"v{number}", "study": f"s{number}", "patient": None, "split": "train", "reconstruction": 1,
                "path": f"v{number}.nii.gz", "kernel": None, "shape": [40, 36, 20], "spacing": [3.0] * 3,
                "orientation": "RAS", "oblique": 0.0, "affine": np.diag([3.0, 3, 3, 1]).ravel().tolist(),
                "scale": "rescaled", "slope": 1.0, "intercept": -1024.0, "padding": None, "lung_peak": -900.0,
                "soft_peak": 0.0,
            }
            for number in range(self.count)
        ]  # fmt: skip
        return pl.DataFrame(rows, {name: column.dtype for name, column in OpenedVolume.columns().items()})

    def voxels(self, path: str) -> Voxels:
        number = int(path.removeprefix("v").removesuffix(".nii.gz"))
        if number == self.bad:
            raise VolumeError("truncated", "the file ends early")
        chance = np.random.default_rng(number)
        values = chance.normal(1024, 300 * (number != self.flat), (40, 36, 20)).astype(np.int16)
        return Voxels(values, np.diag([3.0, 3, 3, 1]))


@dataclass(frozen=True)
class Slow(TotalSegmentator):
    """The same, writing down when each volume begins, and waiting for a file to appear before those of `held`."""

    log: str = field(default="", repr=False)
    held: tuple[str, ...] = field(default=(), repr=False)

    def segment(self, volume: Voxels, name: str) -> Segmented:
        import time

        with Path(self.log).open("a") as file:
            file.write(f"{name}\n")
        while name in self.held and not Path(f"{self.log}.go").exists():
            time.sleep(0.02)
        return super().segment(volume, name)


def recipe(source: Source, segmenter: TotalSegmentator, overlap: int = 2) -> Recipe:
    tables = [
        Table("volumes", OpenedVolume, source="noise"),
        Table("segmentations", Segmentation, Segment(segmenter, source, overlap), ("volumes",), shape=Files("masks")),
    ]
    return Recipe("segmented", {"noise": source}, tables, OPEN)


def main() -> None:
    """One build as a process of its own, for a test that kills it: OUT LOG HELD..."""
    out, log, *held = sys.argv[1:]
    make(recipe(Noise(), Slow(speed="fast", device="cpu", log=log, held=tuple(held))), Path(out), Orders(workers=0))
