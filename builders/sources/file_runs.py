"""Folders of many small files: runs of them that are read together."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from builders.base import Kept, Shard
from builders.settings import AtLeastOne
from builders.sources.documents import DocumentFiles, unread
from builders.sources.place import digest
from builders.sources.web_files import WebFile, label, web_files
from schemas.corpora import Document
from schemas.errors import SourceError

Rejected = tuple[str, str]
_MOST_FILES = 1000
_MARK_DIGITS = 10


@dataclass(frozen=True)
class FileRuns(DocumentFiles):
    """A document a file, in all folders below; the id is the name of the file.

    A run is the files in the order of their names, about `part_bytes` of them and at most 1000. Its identity is made
    of names, sizes and times of change (or ETags), so that listing opens no file; files whose times change are read
    again. `longest`: bytes of the longest file that is kept.
    """

    part_bytes: AtLeastOne = 2**24
    longest: AtLeastOne = 2**26

    @abstractmethod
    def ends(self) -> tuple[str, ...]:
        """Ends of the names of its files."""

    @abstractmethod
    def row(self, body: bytes) -> Mapping[str, Any] | Rejected:
        """A row of `Document` without its place, made of the bytes of a file."""

    def shards(self, table: str) -> Sequence[Shard]:
        """Runs of files (`a/b.txt+1000:1f0c…`: the first, how many, and a mark)."""
        return [
            Shard(_name(run), _identity(run), len(run), sum(file.size for file in run))
            for run in _runs(web_files(self.location, self.ends()), self.part_bytes)
        ]

    def read(self, table: str, shard: str) -> Kept:
        """The files of a run."""
        files = self._files_of(shard)
        rows, bad = [], []
        for file in files:
            made = self._made(file)
            if isinstance(made, tuple):
                bad.append((file.name, made[0], f"{file.name}: {made[1]}"))
            else:
                rows.append({**made, "id": file.name, "file": file.name, "start": 0, "end": file.size})
        return self.documents(pl.DataFrame(rows, schema=Document.create_empty().schema), unread(bad))

    def _made(self, file: WebFile) -> Mapping[str, Any] | Rejected:
        if file.size > self.longest:
            return "too_long", f"a file of more than {self.longest} bytes"
        try:
            body = file.place.fs.cat_file(file.path)
            unchanged = file.now().stamp == file.stamp
        except PermissionError:
            return "unreadable_file", "no permission to read this file; check its owner and mode"
        except FileNotFoundError:
            unchanged, body = False, b""
        if not unchanged:
            raise _changed(file.path)
        return self.row(body)

    def _files_of(self, shard: str) -> list[WebFile]:
        """The files of a run; the folder is listed anew where it is not what was listed in this process before."""
        for again in (False, True):
            if again:
                _listing.cache_clear()
            if run := _listing(self.location, self.ends(), self.part_bytes).get(shard):
                return run
        raise _changed(f"{self.location}: {shard.rpartition(':')[0]}")


def _changed(path: str) -> SourceError:
    return SourceError(f"{path}: changed while the build ran; run the same command again when it is at rest")


@lru_cache(maxsize=2)
def _listing(location: str, ends: tuple[str, ...], part_bytes: int) -> dict[str, list[WebFile]]:
    return {_name(run): run for run in _runs(web_files(location, ends), part_bytes)}


def _runs(files: Sequence[WebFile], part_bytes: int) -> Iterator[list[WebFile]]:
    run, held = [], 0
    for file in files:
        if run and (held + file.size > part_bytes or len(run) == _MOST_FILES):
            yield run
            run, held = [], 0
        run.append(file)
        held += file.size
    if run:
        yield run


def _identity(run: Sequence[WebFile]) -> str:
    return digest(*(f"{file.name}\0{file.stamp}" for file in run))


def _name(run: Sequence[WebFile]) -> str:
    return f"{label(run[0].name)}+{len(run)}:{_identity(run)[:_MARK_DIGITS]}"
