"""The volumes below a folder, by their names: NIfTI, MetaImage and NRRD files, and folders of DICOM slices."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

from builders.sources.place import digest

IMAGES: Final = (".nii", ".nii.gz", ".mha", ".nrrd")
"""Ends of files that hold a whole volume."""
SERIES: Final = "#"
"""What parts the folder of a series from its name in a path: `a/b#1f00c0ffee`."""
_SLICES: Final = (".dcm", ".ima", ".dicom")
_MAGIC: Final = (128, b"DICM")


@dataclass(frozen=True)
class Unit:
    """One file, or one folder of slices (`is_series`), which may hold several series. `path` within the folder;
    `state` changes when its bytes do."""

    path: str
    is_series: bool
    state: str


def units(root: str) -> list[Unit]:
    """Every volume below a folder, in the order of paths; names and stats alone, but that of files without an end
    the first of a folder is asked whether it is DICOM."""
    return sorted(_below(root), key=lambda unit: unit.path)


@lru_cache(maxsize=2)
def walked(root: str) -> tuple[Unit, ...]:
    """The same, walked once per process: a worker reads many shards of one folder."""
    return tuple(units(root))


def _below(root: str) -> Iterator[Unit]:
    for folder, folders, names in os.walk(root, followlinks=True):
        folders.sort()
        below = Path(folder).relative_to(root).as_posix()
        slices = []
        for name in sorted(names):
            if name.lower().endswith(IMAGES):
                path = name if below == "." else f"{below}/{name}"
                yield Unit(path, False, _state(Path(folder) / name))
            elif name.lower().endswith(_SLICES) or ("." not in name.strip(".") and not name.startswith(".")):
                slices.append(Path(folder) / name)
        if slices and _are_dicom(slices):
            yield Unit(below, True, digest(*(f"{path.name}:{_state(path)}" for path in slices)))


def _are_dicom(slices: list[Path]) -> bool:
    named = [path for path in slices if path.suffix.lower() in _SLICES]
    return bool(named) or any(map(_is_dicom, slices[:1]))


def _is_dicom(path: Path) -> bool:
    start, magic = _MAGIC
    try:
        with path.open("rb") as file:
            return file.read(start + len(magic))[start:] == magic
    except OSError:
        return False


def _state(path: Path) -> str:
    try:
        info = path.stat()
    except OSError:
        return "-"
    return f"{info.st_size}:{info.st_mtime_ns}"


def names_of(path: str) -> list[str]:
    """What a table may call a volume: its path, that of any folder above it, and these without what stands above or
    behind (`a/b/ct.nii.gz`: `a/b/ct`, `ct.nii.gz`, `ct`, `a/b`, `b`, `a`), the closest first."""
    parts = path.split("/")
    folders = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    plain = chain.from_iterable((name, _without_end(name)) for name in folders)
    return list(dict.fromkeys(chain.from_iterable((name, name.rpartition("/")[2]) for name in plain)))


def _without_end(name: str) -> str:
    lower = name.lower()
    end = next((end for end in sorted(IMAGES, key=len, reverse=True) if lower.endswith(end)), "")
    return name[: len(name) - len(end)]
