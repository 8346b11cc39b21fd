"""Files of a declared corpus: which there are in a copy of it, of which split each is, and what it holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from builders.instructions.reading.patterns import is_zip, label, stem
from builders.sources.byte_ranges import unpacked_stream
from builders.sources.place import Place, is_gzip, readable
from schemas.words import SPLITS

ALL: Final = "all"
_ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".7z", ".rar")


@dataclass(frozen=True)
class CorpusFile:
    """One file: `name` below the place, `label` as ids have it, `split` that the declaration gives it, None if none."""

    place: Place
    name: str
    label: str
    split: str | None

    @property
    def path(self) -> str:
        """Its full path, for messages."""
        return self.place.full(self.name)

    @property
    def stem(self) -> str:
        """Its name without folder and endings."""
        return stem(self.name)

    @property
    def packed(self) -> bool:
        """Whether it cannot be read from the middle."""
        return is_gzip(self.name) or is_zip(self.name)

    @property
    def size(self) -> int:
        """Bytes as it lies there."""
        with readable(self.path):
            return int(self.place.fs.info(self.path).get("size") or 0)

    def identity(self) -> str:
        """What changes when its bytes do."""
        with readable(self.path):
            return self.place.identity(self.name)

    def body(self) -> bytes:
        """Its bytes, unpacked."""
        with unpacked_stream(self.place, self.name) as stream:
            return stream.read()


def placed(location: str) -> tuple[Place, str]:
    """The folder of a location, and the name of the one file in it that is meant, or nothing."""
    place = Place(location)
    place.demand_answer()
    if place.fs.isfile(place.full()):
        folder, _, name = location.rstrip("/").rpartition("/")
        return Place(folder or "/"), name
    place.demand_folder()
    return place, ""


@lru_cache(maxsize=8)
def listing(location: str) -> tuple[Place, tuple[str, ...]]:
    """All files below a location, hidden ones apart; listed once in a process, since each shard asks for it.

    What is neither a file nor a link to one (a pipe, which would be waited for without end) is none.
    """
    place, alone = placed(location)
    if alone:
        return place, (alone,)
    below = len(place.full()) + (place.full() != "/")
    there = place.fs.find(place.full(), detail=True)
    names = sorted(path[below:] for path, info in there.items() if info["type"] != "other" or info.get("islink"))
    return place, tuple(name for name in names if not any(part.startswith(".") for part in name.split("/")))


def found(location: str, patterns: Mapping[str, Sequence[str]]) -> list[CorpusFile]:
    """Files of each split by their patterns, in the order of splits and names; of a file and its `.gz` the file alone.

    A file that several patterns find is of the first of them.
    """
    place, names = listing(location)
    seen: dict[str, CorpusFile] = {}
    for split in sorted(patterns, key=(*SPLITS, ALL).index):
        for pattern in patterns[split]:
            for name, told in _fitting(place, names, pattern):
                seen.setdefault(name, CorpusFile(place, name, told, None if split == ALL else split))
    return _told_apart(list(seen.values()))


def without_files(location: str, patterns: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The splits of which there is no file, and their patterns."""
    place, names = listing(location)
    return {
        split: all_
        for split, all_ in patterns.items()
        if not any(True for pattern in all_ for _ in _fitting(place, names, pattern))
    }


def packed_up(location: str) -> list[str]:
    """Archives at a location, which may hold what is not found."""
    return [name for name in listing(location)[1] if name.lower().endswith(_ARCHIVES)]


def _fitting(place: Place, names: Sequence[str], pattern: str) -> list[tuple[str, str]]:
    above = place.full().strip("/")
    fit = {name: told for name in names if (told := label(pattern, name, above))}
    bare = [name for name in fit if not is_gzip(name) and not is_zip(name)]
    there = set(bare)
    return sorted((name, told) for name, told in fit.items() if name in there or _bare(name) not in there)


def _bare(name: str) -> str:
    return name.rpartition(".")[0]


def _told_apart(files: list[CorpusFile]) -> list[CorpusFile]:
    """Files whose labels are equal are called by their whole names."""
    twice = {one for one, count in Counter(file.label for file in files).items() if count > 1}
    return [
        CorpusFile(file.place, file.name, file.name if file.label in twice else file.label, file.split)
        for file in files
    ]
