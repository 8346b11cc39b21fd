"""The files of a copy of CT-RATE: which tables are there, and which volumes, whichever way the folders are spelt."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

from builders.sources.ct_rate_names import NOBODY, shard_key_of
from builders.sources.mimic_release import Found
from builders.sources.place import Place

_FOLDERS = {
    "reports": ("radiology_text_reports/", ""),
    "metadata": ("metadata/", ""),
    "labels": ("multi_abnormality_labels/", ""),
    "labelled": ("text_classifier/data/", "data/", ""),
    "map": ("text_classifier/data/", "data/", ""),
}
_SPLITS = ("train", "valid", "validation")
_PATTERNS = {
    "reports": tuple(f"{word}_reports.csv" for word in _SPLITS),
    "metadata": tuple(f"{word}_metadata.csv" for word in _SPLITS),
    "labels": tuple(f"{word}_predicted_labels.csv" for word in _SPLITS),
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
    for name, is_folder, state in sorted(_listed(place, folder), key=lambda entry: entry[0]):
        own = shard_key_of(name)
        key = above if own == NOBODY else own
        if _VOLUME.search(name):
            if key.startswith(prefix):
                yield VolumeFile(folder + name, name, key, state())
        elif _FOLDER.match(f"{folder}{name}/") and (key == NOBODY or key.startswith(prefix)) and is_folder():
            yield from _walk(place, prefix, f"{folder}{name}/", key)


def _matching(place: Place, folder: str, kind: str) -> Iterator[str]:
    for pattern in _PATTERNS[kind]:
        for end in ("", ".gz"):
            yield from place.files(f"{folder}{pattern}{end}")


def _listed(place: Place, folder: str) -> Iterator[tuple[str, Callable[[], bool], Callable[[], str]]]:
    """Name, whether it is a folder, and what changes when its bytes do; the last two are asked of few entries."""
    if place.is_local:
        with os.scandir(place.full(folder.rstrip("/"))) as entries:
            yield from ((entry.name, entry.is_dir, partial(_state, entry)) for entry in list(entries))
        return
    for entry in place.fs.ls(place.full(folder.rstrip("/")), detail=True):
        state = f"{entry.get('size')}:{entry.get('ETag') or entry.get('mtime')}"
        is_folder = entry["type"] == "directory"
        yield entry["name"].rstrip("/").rpartition("/")[2], partial(bool, is_folder), partial(str, state)


def _state(entry: "os.DirEntry[str]") -> str:
    try:
        info = entry.stat()
    except OSError:
        return "-"
    return f"{info.st_size}:{info.st_mtime_ns}"
