"""Bring rows of equal keys together, through files: every partition is sorted into buckets by a hash of the key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from builders.bucket import bucket_of
from builders.graph import Node
from builders.legs import Leg
from builders.provenance import fingerprint
from builders.store import Account, account_in, write_rows

FILES = 32
MOST_TOGETHER = 64
MOST_BYTES = 16_000_000
"""Of the columns before they are packed, of the rows that are sorted at once, where partitions are smaller."""
_MOST_GROUPS, _LEAST_GROUP = 64, 1024
"""Row groups of a file, and rows of one: who reads a bucket unpacks the whole groups that it lies in."""
_BUCKET = "__bucket__"


@dataclass(frozen=True)
class Shuffle:
    """Sort the rows of some partitions by bucket; the footer counts the rows of each.

    What is too much for one file lies in others beside it, which the account of this one names; its own rows are the
    last.
    """

    sources: tuple[Path, ...]
    path: Path
    by: tuple[str, ...]
    buckets: int
    fingerprint: str

    def run(self) -> Account:
        """Returns the account of the last file, which is written when the others are there."""
        *most, last = _runs(self.sources)
        others: dict[str, int] = {}
        for number, sources in enumerate(most):
            path = self.path.with_name(f"{self.path.stem}.{number}.parquet")
            others[path.name] = self._write(path, sources, {})[0]
        return self._write(self.path, last, others)[1]

    def _write(self, path: Path, sources: Sequence[Path], others: dict[str, int]) -> tuple[int, Account]:
        frame = pl.concat([pl.read_parquet(source) for source in sources])
        frame = frame.with_columns(bucket_of(self.by, self.buckets).alias(_BUCKET)).sort(_BUCKET, maintain_order=True)
        counts = {str(number): rows for number, rows in frame[_BUCKET].value_counts().sort(_BUCKET).iter_rows()}
        account = Account(self.fingerprint, rows=frame.height, splits=counts, files=others)
        group = max(_LEAST_GROUP, -(-frame.height // min(self.buckets, _MOST_GROUPS)))
        return write_rows(path, frame.drop(_BUCKET), account, scratch=True, row_group=group), account


def _runs(sources: Sequence[Path]) -> list[list[Path]]:
    """The partitions in runs of about `MOST_BYTES`, or of one partition."""
    runs, size = [[sources[0]]], unpacked(sources[0])
    for source in sources[1:]:
        size += unpacked(source)
        if size > MOST_BYTES:
            runs.append([])
            size = unpacked(source)
        runs[-1].append(source)
    return runs


def unpacked(path: Path) -> int:
    """Bytes of the columns of a Parquet file before they were packed."""
    footer = pq.read_metadata(path)
    return sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))


@dataclass(frozen=True)
class Shuffled:
    """The shuffled files of one table, in order of its partitions."""

    paths: tuple[Path, ...]

    def bucket(self, number: int, empty: pl.DataFrame) -> pl.DataFrame:
        """All rows of one bucket."""
        return pl.concat([empty, *(frame for path in self.paths for frame in _of_bucket(path, number))], rechunk=True)


def _of_bucket(path: Path, number: int) -> Iterator[pl.DataFrame]:
    """The rows of a bucket in the files that the account of a file names, and in itself."""
    account = account_in(path)
    if account is None:
        raise FileNotFoundError(f"{path}: shuffled rows are missing")
    for name in account.files:
        yield from _of_bucket(path.with_name(name), number)
    counts = {int(name): rows for name, rows in account.splits.items()}
    if rows := counts.get(number):
        offset = sum(count for other, count in counts.items() if other < number)
        yield pl.scan_parquet(path).slice(offset, rows).collect()


def nodes(leg: Leg, read: Leg, by: tuple[str, ...], buckets: int) -> tuple[list[Node], set[str], Shuffled]:
    """Tasks for what is not shuffled yet, the keys to wait for, and what comes of them."""
    made, paths, parts, size = [], [], read.known, together(len(read.known))
    for start in range(0, len(parts), size):
        run = parts[start : start + size]
        path = leg.folder.scratch(f"shuffle-{read.table.name}") / f"{run[0].name}.parquet"
        paths.append(path)
        mark = fingerprint([part.fingerprint for part in run], by, buckets, pl.__version__)
        account = account_in(path)
        if account is None or account.fingerprint != mark:
            task = Shuffle(tuple(read.folder.part(part.name) for part in run), path, by, buckets, mark)
            key = f"{leg.table.name}/shuffle/{read.table.name}/{run[0].name}"
            made.append(Node(key, task, {f"{read.table.name}/{part.name}" for part in run}))
    return made, {node.key for node in made}, Shuffled(tuple(paths))


def together(partitions: int) -> int:
    """How many partitions are shuffled by one task.

    Every bucket reads of every file, so that files as many as partitions cost their square: buckets grow with the
    input too. From `FILES` partitions on there are about as many files, until a task has `MOST_TOGETHER`.
    """
    return max(1, min(MOST_TOGETHER, partitions // FILES))


def empty_of(legs: Sequence[Leg]) -> list[pl.DataFrame]:
    """An empty frame per table, with its columns."""
    return [pl.DataFrame(leg.table.schema.create_empty()) for leg in legs]
