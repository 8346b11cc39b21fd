"""Published tables: the partitions of a table, cut by split into files of a fixed number of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.graph import Node
from builders.legs import Leg
from builders.provenance import fingerprint
from builders.row_groups import write_row_groups
from builders.store import Account, Store, read_account

LAYOUT_VERSION = 2
"""Rises when the same rows are published as other bytes."""
MOST_ROWS = 1_000_000
MOST_BYTES = 256_000_000
"""Limits of one published file: large enough for a table of terabytes, small enough to be one task of many."""


@dataclass(frozen=True)
class Slice:
    """Rows of one split of one partition; `alone`: the partition holds no other split."""

    path: Path
    fingerprint: str
    offset: int
    rows: int
    alone: bool


@dataclass(frozen=True)
class PublishedFile:
    """One file to be published, named relative to the build folder, and the rows it is made of."""

    name: str
    path: Path
    split: str
    column: str | None
    slices: tuple[Slice, ...]

    @property
    def fingerprint(self) -> str:
        """Changes with what is in it."""
        slices = [[part.fingerprint, part.offset, part.rows] for part in self.slices]
        return fingerprint(LAYOUT_VERSION, self.split, slices)

    def finished(self) -> bool:
        """Whether it is there and holds this."""
        account = read_account(self.path)
        return account is not None and account.fingerprint == self.fingerprint

    def run(self) -> Account:
        """Write it; memory is bounded by one row group and one partition."""
        rows = sum(part.rows for part in self.slices)
        account = Account(self.fingerprint, rows=rows, splits={self.split: rows})
        write_row_groups(self.path, (self._read(part) for part in self.slices), account)
        return account

    def _read(self, part: Slice) -> pl.DataFrame:
        rows = pl.scan_parquet(part.path)
        if self.column is not None and not part.alone:
            rows = rows.filter(pl.col(self.column).cast(pl.String) == self.split)
        return rows.slice(part.offset, part.rows).collect()


def published_files(leg: Leg, store: Store) -> list[PublishedFile]:
    """The files of a finished table, and of what was rejected in making it."""
    files = []
    if leg.table.publish:
        parts = [_held(leg.folder.part(part.name)) for part in leg.known]
        files += _files(store.root, leg.table.name, leg.table.split, parts)
    rejected = [leg.folder.rejected(part.name) for part in leg.known]
    accounts = [
        (path, Account(account.fingerprint, rows=account.rows, splits={"all": account.rows}))
        for path, account in (_held(path) for path in rejected if path.exists())
    ]
    return files + _files(store.root, f"rejected/{leg.table.name}", None, accounts)


def _held(path: Path) -> tuple[Path, Account]:
    account = read_account(path)
    if account is None:
        raise FileNotFoundError(f"{path}: the partition is gone; run the build again")
    return path, account


def _files(root: Path, folder: str, column: str | None, parts: Sequence[tuple[Path, Account]]) -> list[PublishedFile]:
    most = _rows_per_file(parts)
    made = []
    for split in sorted({split for _, account in parts for split in account.splits}):
        groups = list(_cut(split, parts, most))
        for number, slices in enumerate(groups):
            name = f"{folder}/{split}-{number:05d}-of-{len(groups):05d}.parquet"
            made.append(PublishedFile(name, root / name, split, column, tuple(slices)))
    return made


def _rows_per_file(parts: Sequence[tuple[Path, Account]]) -> int:
    rows = sum(account.rows for _, account in parts)
    size = sum(path.stat().st_size for path, _ in parts)
    return max(1, min(MOST_ROWS, rows * MOST_BYTES // max(size, 1)))


def _cut(split: str, parts: Iterable[tuple[Path, Account]], most: int) -> Iterable[list[Slice]]:
    """Runs of slices of at most `most` rows, in the order of the partitions."""
    run: list[Slice] = []
    for path, account in parts:
        offset, left = 0, account.splits.get(split, 0)
        while left:
            take = min(left, most - sum(part.rows for part in run))
            run.append(Slice(path, account.fingerprint, offset, take, len(account.splits) == 1))
            offset, left = offset + take, left - take
            if sum(part.rows for part in run) == most:
                yield run
                run = []
    if run:
        yield run


def publish_nodes(files: Iterable[PublishedFile]) -> list[Node]:
    """A task per file that is not there yet; a table and its rejected rows may have files of the same name."""
    return [Node(f"publish/{file.name}", file) for file in files if not file.finished()]


def remove_strays(folder: Path, keep: Iterable[Path]) -> None:
    """Remove the other Parquet files of a folder, and the folder if it is empty then."""
    wanted = set(keep)
    strays = [path for path in folder.glob("*.parquet") if path not in wanted]
    for path in strays:
        path.unlink()
    if strays and not any(folder.iterdir()):
        folder.rmdir()
