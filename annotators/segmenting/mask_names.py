"""Where the masks of a volume lie below a folder: walked once per process, found by the volume's id or its study's."""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from schemas.mask_files import file_stem

END = ".nii.gz"


class Names(NamedTuple):
    """The first file and the first folder of each name, in the order of paths; files are named without their end."""

    maps: Mapping[str, Path]
    folders: Mapping[str, Path]


@lru_cache(maxsize=4)
def names_below(folder: str, state: str) -> Names:
    """Everything below a folder; `state` changes when it does. A copy has tens of thousands of masks, so it is not
    walked again for each volume."""
    maps: dict[str, Path] = {}
    folders: dict[str, Path] = {}
    for place, below, files in os.walk(folder):
        below.sort()
        for name in below:
            folders.setdefault(name, Path(place, name))
        for name in sorted(files):
            if name.endswith(END):
                maps.setdefault(name.removesuffix(END), Path(place, name))
    return Names(maps, folders)


def called(volume: str) -> Iterator[str]:
    """What the masks of a volume may be called: its id, where slashes are folders or two dashes (as medmill names its
    own), and the part before the last slash: `ct-folder` has ids `study/hash of the path`, which nobody knows before.
    """
    yield volume
    if "/" in volume:
        yield file_stem(volume)
        yield volume.rpartition("/")[0]


def map_of(names: Names, root: str, name: str) -> Path | None:
    """The label map of this name."""
    there = Path(root) / f"{name}{END}"
    return there if "/" in name and there.is_file() else names.maps.get(name)


def folders_of(names: Names, root: str, name: str) -> list[Path]:
    """Folders of this name that hold a file per structure."""
    above, slash, last = name.rpartition("/")
    found = [names.folders.get(name), names.folders.get(f"seg_{name}")]
    nested = [Path(root) / f"{above}{slash}{start}{last}" for start in ("", "seg_")] if slash else []
    return [path for path in [*found, *nested] if path is not None and any(path.glob(f"*{END}"))]
