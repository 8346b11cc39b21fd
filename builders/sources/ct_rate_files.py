"""The files of a copy of CT-RATE: which tables are there, and which volumes, whichever way the folders are spelt."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from builders.sources.ct_rate_names import NOBODY, shard_key_of
from builders.sources.mimic_release import Found
from builders.sources.place import Place

_FOLDERS = {
    "reports": ("radiology_text_reports/", ""),
    "metadata": ("metadata/", ""),
    "predicted_labels": ("multi_abnormality_labels/", ""),
    "labelled": ("text_classifier/data/", "data/", ""),
    "map": ("text_classifier/data/", "data/", ""),
}
_SPLITS = ("train", "valid", "validation")
_PATTERNS = {
    "reports": tuple(f"{word}_reports.csv" for word in _SPLITS),
    "metadata": tuple(f"{word}_metadata.csv" for word in _SPLITS),
    "predicted_labels": tuple(f"{word}_predicted_labels.csv" for word in _SPLITS),
    "labelled": ("labelled_reports_*.csv",),
    "map": ("map_*_classifier.csv",),
}
"""The tables as the dataset and the classifier's repository name them; each may be packed as `.gz`."""
_FOLDER = re.compile(
    r"^(?:dataset/)?(?:(?:train|valid|validation)(?:_fixed)?/)?(?:(?:train|valid)_\d+/)?(?:(?:train|valid)_\d+_?[a-z]+/)?$"
)
"""Folders that may hold volumes: a copy begins at any level, and the scan's folder is `train_1a` or `train_1_a`."""
_VOLUME = re.compile(r"\.nii(?:\.gz)?$")


class VolumeFile(NamedTuple):
    """`path` within the copy, the file's name, its shard key, and what changes when its bytes do."""

    path: str
    name: str
    key: str
    state: str


@dataclass(frozen=True)
class Copy:
    """One folder, or several parted by commas, that hold CT-RATE or parts of it."""

    location: str

    @cached_property
    def places(self) -> list[Place]:
        """The folders given."""
        places = [Place(part.strip()) for part in self.location.split(",")]
        for place in places:
            place.demand_folder()
        return places

    def tables(self, kind: str) -> list[Found]:
        """The files of a kind of table, in a stable order; of one file packed and unpacked, the one unpacked."""
        found: dict[str, Found] = {}
        for place in self.places:
            for folder in (f"{head}{below}" for head in ("dataset/", "") for below in _FOLDERS[kind]):
                for name in _matching(place, folder, kind):
                    found.setdefault(name.rpartition("/")[2].removesuffix(".gz"), Found(place, name))
        return [found[name] for name in sorted(found)]

    def volumes(self, prefix: str = "") -> Iterator[VolumeFile]:
        """Every volume file whose shard key begins with `prefix`; stats each, opens none."""
        for place in self.places:
            yield from _walk(place, prefix, "", NOBODY)


def _walk(place: Place, prefix: str, folder: str, above: str) -> Iterator[VolumeFile]:
    """`above`: the key of the folder, which a file with a strange name takes."""
    for name, own in _listed(place, folder):
        key, path = above if own == NOBODY else own, folder + name
        if _VOLUME.search(name):
            if key.startswith(prefix):
                yield VolumeFile(path, name, key, _state(place, path))
        elif _FOLDER.match(f"{path}/") and (key == NOBODY or key.startswith(prefix)) and _is_folder(place, path):
            yield from _walk(place, prefix, f"{path}/", key)


def _matching(place: Place, folder: str, kind: str) -> Iterator[str]:
    for pattern in _PATTERNS[kind]:
        for end in ("", ".gz"):
            yield from place.files(f"{folder}{pattern}{end}")


def _listed(place: Place, folder: str) -> Sequence[tuple[str, str]]:
    """Names in a folder with their keys, sorted; asked again only when it changes, since each shard looks into the one
    with 20,000 patients."""
    path = place.full(folder.rstrip("/"))
    if place.is_local:
        return _local_names(path, Path(path).stat().st_mtime_ns)
    names = (entry["name"].rstrip("/").rpartition("/")[2] for entry in place.fs.ls(path, detail=True))
    return [(name, shard_key_of(name)) for name in sorted(names)]


@lru_cache(maxsize=64)
def _local_names(path: str, changed: int) -> Sequence[tuple[str, str]]:
    return [(name, shard_key_of(name)) for name in sorted(os.listdir(path))]  # noqa: PTH208 (Path.iterdir is slow)


def _is_folder(place: Place, name: str) -> bool:
    return os.path.isdir(place.full(name)) if place.is_local else place.fs.isdir(place.full(name))  # noqa: PTH112


def _state(place: Place, name: str) -> str:
    if not place.is_local:
        info = place.fs.info(place.full(name))
        return f"{info.get('size')}:{info.get('ETag') or info.get('mtime')}"
    try:
        stat = os.stat(place.full(name))  # noqa: PTH116 (a Path per file takes as long as asking)
    except OSError:
        return "-"
    return f"{stat.st_size}:{stat.st_mtime_ns}"
