"""The files of a source of documents: a file, a folder or an fsspec URL, or several of them separated by commas."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from builders.sources.place import Place, absolute, digest, readable
from schemas.errors import SourceError

_STAMPED = ("ETag", "etag", "blob_id", "mtime", "LastModified", "last_modified", "updated", "created")
_STAMP_DIGITS = 10
_REMEMBERED = 1024
_LONGEST_NAME, _SHORT = 120, "~"


@dataclass(frozen=True)
class WebFile:
    """One file: where it lies, and the `name` that ids and rows give it, relative to the source.

    `stamp` is what its file system says of its last change, without a look into it.
    """

    place: Place
    held: str
    name: str
    size: int
    stamp: str

    @property
    def path(self) -> str:
        """Its full path, for messages."""
        return self.place.full(self.held)

    def now(self) -> "WebFile":
        """The same file as it is at this moment."""
        self.place.look_anew(self.held)
        with readable(self.path):
            info = self.place.fs.info(self.path)
        return WebFile(self.place, self.held, self.name, int(info.get("size") or 0), _stamp(info))

    def identity(self) -> str:
        """`Place.identity`, or the blob where the Hub tells it; found out once for each stamp and process."""
        return _identity(self)

    def mark(self) -> str:
        """A short form of name and identity, for names of shards: so that whoever reads knows what was listed."""
        return digest(self.name, self.identity())[:_STAMP_DIGITS]


@lru_cache(maxsize=_REMEMBERED)
def _identity(file: WebFile) -> str:
    blob = file.place.fs.info(file.path).get("blob_id")
    return f"{file.size}:{blob}" if blob else file.place.identity(file.held)


def located(location: str) -> str:
    """Every part of a location made absolute."""
    return ",".join(absolute(part.strip()) for part in location.split(",") if part.strip())


def web_files(location: str, ends: Sequence[str], *, named: Sequence[str] = ()) -> list[WebFile]:
    """The files whose names end so, in all folders below, by name; a file that is named itself may end in `named` too.

    Folders and files whose names start with a dot are left out. Of several locations each gives its files its own
    last name as a folder. Raises `SourceError` for what is not there, and where nothing is found.
    """
    parts = location.split(",")
    found = [file for part in parts for file in _of_one(part, tuple(ends), (*ends, *named), several=len(parts) > 1)]
    if not found:
        raise SourceError(f"{location}: no files here that end in {', '.join(ends)}")
    found.sort(key=lambda file: file.name)
    for one, other in pairwise(found):
        if one.name == other.name:
            raise SourceError(f"{one.path} and {other.path} would both be called {one.name}; rename one of the folders")
    return found


def label(name: str) -> str:
    """The name for the name of a shard, which becomes that of a file: shortened where it is long."""
    return name if len(name.encode()) <= _LONGEST_NAME else f"{_SHORT}{digest(name)}{name[-20:]}"


def file_labelled(location: str, said: str) -> WebFile:
    """The file that a shard names, as it is now."""
    if said.startswith(_SHORT):
        said = next((file.name for file in web_files(location, ("",)) if label(file.name) == said), said)
    return _file_named(location, said)


def _file_named(location: str, name: str) -> WebFile:
    for part in (parts := location.split(",")):
        place = Place(part)
        last = part.rstrip("/").rpartition("/")[2]
        if name == last and place.fs.isfile(place.full()):
            return _alone(part).now()
        held = name.removeprefix(f"{last}/") if len(parts) > 1 else name
        if (held != name or len(parts) == 1) and place.fs.isfile(place.full(held)):
            return WebFile(place, held, name, 0, "").now()
    raise SourceError(f"{location}: {name} is gone since the build began; put it back, or run the same command again")


def demand_unchanged(file: WebFile, mark: str) -> None:
    """Raise `SourceError` where a file is no longer what was listed under the mark."""
    if file.mark() != mark:
        raise SourceError(f"{file.path}: changed while the build ran; run the same command again when it is at rest")


def _alone(part: str) -> WebFile:
    folder, _, last = part.rstrip("/").rpartition("/")
    return WebFile(Place(f"{folder}/" if folder.endswith(":/") else folder or "/"), last, last, 0, "")


def _of_one(part: str, ends: tuple[str, ...], alone: tuple[str, ...], *, several: bool) -> Iterator[WebFile]:
    place = Place(part)
    place.demand_answer()
    if place.fs.isfile(place.full()):
        if not part.lower().endswith(alone):
            raise SourceError(f"{part}: expected a file that ends in {', '.join(alone)}")
        yield _alone(part).now()
        return
    place.demand_folder()
    root = place.full()
    head = f"{part.rstrip('/').rpartition('/')[2]}/" if several else ""
    found: Mapping[str, Any] = place.fs.find(root, detail=True)
    for path, info in found.items():
        held = path.removeprefix(root).lstrip("/")
        if held.lower().endswith(ends) and not any(name.startswith(".") for name in held.split("/")):
            yield WebFile(place, held, head + held, int(info.get("size") or 0), _stamp(info))


def _stamp(info: Mapping[str, Any]) -> str:
    """Size, and a tag or a time, which file systems give as a date here and as seconds there."""
    said = next((info[key] for key in _STAMPED if info.get(key)), "")
    said = said.timestamp() if isinstance(said, datetime) else said
    return f"{info.get('size')}:{said:.6f}" if isinstance(said, float) else f"{info.get('size')}:{said}"
