"""Where a copy of a source lies: a folder on disk or behind an fsspec URL, and what its files hold."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.errors import SourceError

_WHOLE = 64 * 2**20
_EDGE = 2**20
_AGAIN = "download it again, or make it again"


@dataclass(frozen=True)
class Place:
    """A folder given by a path or an fsspec URL (`s3://bucket/folder`); files are named relative to it."""

    location: str

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        from fsspec.core import url_to_fs

        try:
            fs, root = url_to_fs(self.location)
        except (ValueError, ImportError) as error:
            raise SourceError(f"{self.location}: this address cannot be opened ({error})") from None
        return fs, root.rstrip("/")

    @property
    def fs(self) -> Any:
        """The fsspec file system."""
        return self._opened[0]

    def full(self, name: str = "") -> str:
        """The path of a file as its file system names it."""
        root = self._opened[1]
        return f"{root}/{name}" if name else root or "/"

    def full_location(self, name: str) -> str:
        """The location of a folder below this one."""
        return f"{self.location.rstrip('/')}/{name}"

    @property
    def is_local(self) -> bool:
        """Whether files can be opened by path."""
        return "file" in (self.fs.protocol if isinstance(self.fs.protocol, tuple) else (self.fs.protocol,))

    def demand_answer(self) -> None:
        """Raise a `SourceError` where nobody answers at an address, or not to these credentials.

        What is not there is told by those who look for it. Every library that speaks to a store has its own errors.
        """
        if self.is_local:
            return
        try:
            self.look_anew()
            self.fs.info(self.full())
        except (FileNotFoundError, IsADirectoryError):
            pass
        except Exception as error:
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise SourceError(
                f"{self.location}: no answer from this address ({said}); check it, and the credentials for it"
            ) from None

    def look_anew(self, name: str = "") -> None:
        """Forget what was listed before: file systems behind a URL remember it as long as the process lives."""
        self.fs.invalidate_cache(self.full(name))

    def demand_folder(self) -> None:
        """Raise a `SourceError` where there is no readable folder."""
        self.demand_answer()
        if not self.fs.exists(self.full()):
            raise SourceError(f"{self.location}: no such folder; `medmill sources` says how to obtain the source")
        if not self.fs.isdir(self.full()):
            raise SourceError(f"{self.location}: this is a file, expected the folder that holds the source's files")
        with readable(self.location, "folder"):
            self.fs.ls(self.full(), detail=False)

    def files(self, pattern: str) -> list[str]:
        """Names of the files that match a glob pattern, sorted."""
        root = self._opened[1]
        return sorted(path[len(root) + 1 :] for path in self.fs.glob(f"{escape(root)}/{pattern}"))

    def first(self, *names: str) -> str | None:
        """The first of these files that is there."""
        return next((name for name in names if self.fs.isfile(self.full(name))), None)

    def read(self, name: str) -> bytes:
        """The bytes of a file, unpacked where its name ends in `.gz`."""
        path = self.full(name)
        with readable(path):
            raw = self.fs.cat_file(path)
        with unpacking(path):
            return gzip.decompress(raw) if is_gzip(path) else raw

    def identity(self, name: str) -> str:
        """What changes when the bytes of a file do, and stays when the file moves.

        Size and SHA-256 up to 64 MiB; beyond, size, time of change and SHA-256 of head and tail; for a URL its ETag.
        """
        path = self.full(name)
        info = self.fs.info(path)
        size = int(info.get("size") or 0)
        tag = info.get("ETag") or info.get("etag")
        if tag:
            return f"{size}:{tag}"
        with readable(path):
            if size <= _WHOLE:
                return f"{size}:{sha256(self.fs.cat_file(path)).hexdigest()}"
            head = self.fs.cat_file(path, start=0, end=_EDGE)  # s3fs has another second argument
            edges = head + self.fs.cat_file(path, start=size - _EDGE, end=size)
        return f"{size}:{info.get('mtime')}:{sha256(edges).hexdigest()}"


def absolute(location: str) -> str:
    """The location as a worker in another folder finds it: a path is made absolute, a URL stays."""
    return location if "://" in location else str(Path(location).expanduser().absolute())


def is_gzip(path: str) -> bool:
    """Whether a file is packed, by its name."""
    return path.lower().endswith(".gz")


@contextmanager
def readable(path: str, what: str = "file") -> Iterator[None]:
    """Turn a failure to open a file into a `SourceError` that says what to do."""
    try:
        yield
    except PermissionError:
        raise SourceError(f"{path}: no permission to read this {what}; check its owner and mode") from None
    except FileNotFoundError:
        raise SourceError(f"{path}: this {what} is gone") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: this is a folder, expected a file") from None


@contextmanager
def unpacking(path: str) -> Iterator[None]:
    """Turn damage of a gzip file into a `SourceError` that tells a file cut off from one that was never packed."""
    try:
        yield
    except gzip.BadGzipFile as error:
        if "Not a gzipped file" in str(error):
            raise SourceError(f"{path}: this is no gzip file, whatever its name says; rename it or pack it") from None
        raise SourceError(f"{path}: the gzip file is cut off or damaged; {_AGAIN}") from None
    except (EOFError, zlib.error):
        raise SourceError(f"{path}: the gzip file is cut off or damaged; {_AGAIN}") from None


def digest(*parts: str) -> str:
    """One short identity made of several."""
    return sha256("\x00".join(parts).encode()).hexdigest()[:32]
