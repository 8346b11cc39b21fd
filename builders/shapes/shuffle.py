"""Bring rows of equal keys together, through files: every partition is sorted into buckets by a hash of the key."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.graph import Node
from builders.legs import Leg
from builders.provenance import fingerprint
from builders.store import Account, account_in, write_rows

_BUCKET = "__bucket__"


@dataclass(frozen=True)
class Shuffle:
    """Sort the rows of one partition by bucket; the footer counts the rows of each."""

    source: Path
    path: Path
    by: tuple[str, ...]
    buckets: int
    fingerprint: str

    def run(self) -> Account:
        """Returns the account of the scratch file."""
        frame = pl.read_parquet(self.source)
        bucket = (pl.struct(self.by).hash(0) % self.buckets).cast(pl.Int32)
        frame = frame.with_columns(bucket.alias(_BUCKET)).sort(_BUCKET, maintain_order=True)
        counts = {str(number): rows for number, rows in frame[_BUCKET].value_counts().sort(_BUCKET).iter_rows()}
        account = Account(self.fingerprint, rows=frame.height, splits=counts)
        write_rows(self.path, frame.drop(_BUCKET), account, scratch=True)
        return account


@dataclass(frozen=True)
class Shuffled:
    """The shuffled files of one table, in order of its partitions."""

    paths: tuple[Path, ...]

    def bucket(self, number: int, empty: pl.DataFrame) -> pl.DataFrame:
        """All rows of one bucket."""
        frames = [empty]
        for path in self.paths:
            account = account_in(path)
            if account is None:
                raise FileNotFoundError(f"{path}: shuffled rows are missing")
            counts = {int(name): rows for name, rows in account.splits.items()}
            if rows := counts.get(number):
                offset = sum(count for other, count in counts.items() if other < number)
                frames.append(pl.scan_parquet(path).slice(offset, rows).collect())
        return pl.concat(frames, rechunk=True)


def nodes(leg: Leg, read: Leg, by: tuple[str, ...], buckets: int) -> tuple[list[Node], set[str], Shuffled]:
    """Tasks for what is not shuffled yet, the keys to wait for, and what comes of them."""
    made, paths = [], []
    for part in read.known:
        path = leg.folder.scratch(f"shuffle-{read.table.name}") / f"{part.name}.parquet"
        paths.append(path)
        mark = fingerprint(part.fingerprint, by, buckets, pl.__version__)
        account = account_in(path)
        if account is None or account.fingerprint != mark:
            task = Shuffle(read.folder.part(part.name), path, by, buckets, mark)
            key = f"{leg.table.name}/shuffle/{read.table.name}/{part.name}"
            made.append(Node(key, task, {f"{read.table.name}/{part.name}"}))
    return made, {node.key for node in made}, Shuffled(tuple(paths))


def empty_of(legs: Sequence[Leg]) -> list[pl.DataFrame]:
    """An empty frame per table, with its columns."""
    return [pl.DataFrame(leg.table.schema.create_empty()) for leg in legs]
