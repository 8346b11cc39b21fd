"""Masks that are there already: made by hand, by SAT, by TotalSegmentator, or as RadGenome publishes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from annotators.segmenting.fitting import read_on_grid
from annotators.segmenting.mask_names import END, called, folders_of, map_of, names_below
from annotators.segmenting.merging import Found, merged
from annotators.segmenting.segmenter import Label, Ran, Segmented
from schemas.errors import MedmillError
from schemas.voxels import VolumeError, Voxels

TASK = "precomputed"
NAMES = "labels.json"


@dataclass(frozen=True)
class Precomputed:
    """`folder` holds, anywhere below it, one of these per volume `ID`: a label map `ID.nii.gz` (what its values mean is
    in `labels.json` at the top: `{"1": "spleen", …}`), or a folder `ID` or `seg_ID` with one file per structure.
    Where an `ID` is a study and a hash (`ct-folder`), the study's name does.
    """

    folder: str = field(repr=False)

    backend = TASK

    @property
    def fingerprint(self) -> str:
        """Names and sizes of all files, and what the values mean."""
        return self._hashed

    @cached_property
    def _hashed(self) -> str:
        from hashlib import sha256

        total = sha256()
        for path in sorted(Path(self.folder).rglob("*.nii.gz")):
            seen = path.stat()
            total.update(f"{path.relative_to(self.folder)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
        names = Path(self.folder) / NAMES
        total.update(names.read_bytes() if names.is_file() else b"")
        return total.hexdigest()[:16]

    def check(self) -> None:
        """Raise `MedmillError` where there are no masks, or label maps whose values nobody names."""
        if not any(Path(self.folder).rglob("*.nii.gz")):
            raise MedmillError(f"precomputed:{self.folder}: no masks here; expected files ID.nii.gz or folders seg_ID")
        if any(Path(self.folder).glob("*.nii.gz")):
            _ = self._names  # label maps mean nothing without

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """The masks of the volume called `name`."""
        names = names_below(self.folder, self.fingerprint)
        for word in called(name):
            if (file := map_of(names, self.folder, word)) is not None:
                return self._map(read_on_grid(file, volume))
            if folders := folders_of(names, self.folder, word):
                return _merged(folders, volume)
        wanted = " or ".join(f"{word}{END}" for word in called(name))
        raise VolumeError("no_mask", f"no {wanted} and no folder of that name below {Path(self.folder).name}")

    def _map(self, mask: Voxels) -> Segmented:
        names = self._names
        labels = tuple(Label(value, names[value], TASK) for value in sorted(names))
        unknown = set(np.unique(mask.values).tolist()) - {0, *names}
        if unknown:
            raise VolumeError("mask_label", f"voxel value {min(unknown)} is not in {NAMES}")
        return Segmented(mask, labels, Ran())

    @cached_property
    def _names(self) -> dict[int, str]:
        file = Path(self.folder) / NAMES
        try:
            return {int(value): str(name) for value, name in json.loads(file.read_text(encoding="utf-8")).items()}
        except (OSError, ValueError, AttributeError):
            raise MedmillError(
                f'{file}: what do the voxel values mean? Write it there: {{"1": "spleen", "2": "liver"}}'
            ) from None


def _merged(folders: list[Path], volume: Voxels) -> Segmented:
    values, labels = merged(list(_structures(folders, volume)))
    return Segmented(Voxels(values, volume.affine), labels, Ran())


def _structures(folders: list[Path], volume: Voxels) -> Iterator[Found]:
    """One binary mask per file; an empty one is a structure that was looked for and not found."""
    files = sorted(file for folder in folders for file in folder.glob("*.nii.gz"))
    for file in files:
        there = (read_on_grid(file, volume).values > 0).astype(np.uint8)
        yield Found(TASK, there, {1: file.name.removesuffix(".nii.gz")})
