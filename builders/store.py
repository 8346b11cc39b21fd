"""The build folder: where things lie, and how a Parquet file is written so that presence means finished."""

import errno
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from schemas.errors import MedmillError

ROW_GROUP = 131_072
LAYOUT_VERSION = 1
"""Part of every fingerprint: rises when the same rows are written as other bytes."""
ACCOUNT = "medmill"
"""Under which key a footer holds the account."""


class NoRoomError(MedmillError):
    """Nothing can be written here, so there is no point in going on."""


@dataclass(frozen=True)
class Account:
    """What a partition's footer says of it. Nothing in it depends on when or where it was made."""

    fingerprint: str
    rows: int = 0
    ids_in: int = 0
    ids_passed: int = 0
    ids_rejected: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    splits: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)


def write_rows(
    path: Path, frame: pl.DataFrame, account: Account, *, scratch: bool = False, row_group: int = ROW_GROUP
) -> int:
    """Write a Parquet file as draft, flush it to disk, rename it; returns its size in bytes.

    Equal rows give equal bytes: one chunk, row groups of `row_group` rows, and statistics. `scratch` files are
    compressed lightly and have none.
    """
    with drafted(path) as draft:
        _own_values(frame).rechunk().write_parquet(
            draft,
            compression="lz4" if scratch else "zstd",
            compression_level=None if scratch else 3,
            statistics=not scratch,
            row_group_size=row_group,
            metadata={ACCOUNT: json.dumps(asdict(account), sort_keys=True)},
        )
    return path.stat().st_size


def _own_values(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with lists that hold their own values alone.

    A frame that was filtered or cut keeps the values of lists that left it, and polars counts them in the statistics:
    the bytes would depend on where a row had stood, and name values of rows that are not there.
    """
    if not any(kind.is_nested() for kind in frame.dtypes):
        return frame
    return frame.select(pl.all().gather(pl.int_range(pl.len())))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a small file the same way."""
    with drafted(path) as draft:
        draft.write_bytes(content)


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """A draft to write to, renamed to `path` at the end, or removed after an error."""
    draft = path.with_name(f".{path.name}.{uuid4().hex[:12]}.draft")
    try:
        with in_one_line(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield draft
            _flush(draft)
            draft.replace(path)
            _flush(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def in_one_line(path: Path | None = None) -> Iterator[None]:
    """Turn a full disk, and a lack of permission to write `path`, into a `NoRoomError`; other errors stay."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        if one_line := no_room(error, path):
            raise one_line from error
        raise


def no_room(error: Exception, path: Path | None = None) -> NoRoomError | None:
    """The error in one line where nothing can be written; None for any other. Polars names the errno in its text."""
    number = getattr(error, "errno", None)
    if number is None and (found := re.search(r"\(os error (\d+)\)", str(error))):
        number = int(found[1])
    where = path or getattr(error, "filename", None) or "the build folder"
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return NoRoomError(f"{where}: {os.strerror(number)}: free some space, then the same command goes on")
    if path and number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NoRoomError(f"{where}: {os.strerror(number)}: choose another --out, or allow writing there")
    return None


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_account(path: Path) -> Account | None:
    """The account in a file's footer; None where the file is missing, cut short, or not ours."""
    try:
        state = path.stat()
    except OSError:
        return None
    return _read_account(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=100_000)
def _read_account(path: Path, mtime_ns: int, size: int) -> Account | None:
    """Read once, until the file changes: a footer is asked for by the plan, the progress and the manifest."""
    return account_in(path)


def account_in(path: Path) -> Account | None:
    """The same, read anew and not kept: for files whose account has a count for each of many buckets."""
    try:
        return Account(**json.loads(pl.read_parquet_metadata(path)[ACCOUNT]))
    except (OSError, pl.exceptions.PolarsError, KeyError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class WorkFolder:
    """`<out>/.work/<table>-<fingerprint>`: the partitions of one table as one set of settings makes them."""

    path: Path

    @property
    def rows(self) -> Path:
        """Folder of the rows; what other stages need is here."""
        return self.path / "rows"

    def part(self, name: str) -> Path:
        """The rows of one partition."""
        return self.rows / f"{name}.parquet"

    def rejected(self, name: str) -> Path:
        """What was rejected in one partition."""
        return self.path / "rejected" / f"{name}.parquet"

    def scratch(self, phase: str) -> Path:
        """Folder of what is removed when the table is finished."""
        return self.path / "scratch" / phase

    def finished(self, name: str, fingerprint: str) -> Account | None:
        """The account of a partition that is wholly there and made in this way; otherwise None."""
        account = read_account(self.part(name))
        if account is None or account.fingerprint != fingerprint:
            return None
        if any((self.rows / file).stat().st_size != size for file, size in account.files.items() if self._has(file)):
            return None
        if not all(self._has(file) for file in account.files):
            return None
        if account.rejected:
            rejected = read_account(self.rejected(name))
            if rejected is None or rejected.fingerprint != fingerprint:
                return None
        return account

    def _has(self, file: str) -> bool:
        return (self.rows / file).is_file()

    def write(self, name: str, frame: pl.DataFrame, rejected: pl.DataFrame, account: Account) -> int:
        """Write a partition: rejected rows first, rows last. Returns the bytes of both."""
        size = 0
        if rejected.height:
            about = Account(account.fingerprint, rows=rejected.height)
            size = write_rows(self.rejected(name), rejected, about)
        return size + write_rows(self.part(name), frame, account)


@dataclass(frozen=True)
class Store:
    """One build folder."""

    root: Path

    @property
    def work(self) -> Path:
        """Partitions of all tables, finished or not."""
        return self.root / ".work"

    def folder(self, table: str, chain: str) -> WorkFolder:
        """The work folder of a table made in one way."""
        return WorkFolder(self.work / f"{table}-{chain[:12]}")

    def published(self, table: str) -> Path:
        """Where the Parquet files of a table are published."""
        return self.root / table

    def remove_drafts(self) -> None:
        """Remove what a killed run left unfinished."""
        for draft in self.root.rglob(".*.draft"):
            draft.unlink(missing_ok=True)


def read_rows(paths: Iterable[Path], empty: pl.DataFrame) -> pl.DataFrame:
    """The rows of several partitions in the order given; `empty` where there is none."""
    frames = [pl.read_parquet(path, memory_map=False) for path in paths]
    return pl.concat(frames, rechunk=True) if frames else empty


def tidy(value: Any) -> str:
    """A name as part of a file name: letters, digits, dot, dash and underscore."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in str(value))
