"""Rows of every key side by side, and the blocks they are cut into."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from builders.base import Blocks
from builders.graph import Node
from builders.legs import Leg
from builders.provenance import fingerprint
from builders.shapes.shuffle import Shuffled, empty_of
from builders.shapes.shuffle import nodes as shuffle_nodes
from builders.store import Account, read_account, write_bytes, write_rows

BUCKETS = 8
"""Files that the rows of all keys are spread over; a key lies in one of them."""


@dataclass(frozen=True)
class Span:
    """A run of rows of one file."""

    path: Path
    offset: int
    rows: int

    def read(self, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """The rows, in one chunk."""
        scanned = pl.scan_parquet(self.path).slice(self.offset, self.rows)
        return (scanned.select(columns) if columns else scanned).collect().rechunk()


@dataclass(frozen=True)
class Block:
    """Rows that are written as one partition: one block of a large key, or several small keys (`sizes`)."""

    name: str
    span: Span
    sizes: tuple[int, ...]
    key: int
    large: bool

    @property
    def mark(self) -> list[Any]:
        """What distinguishes it from other ways to cut the same rows."""
        return [self.span.path.name, self.span.offset, self.span.rows, list(self.sizes), self.large]


@dataclass(frozen=True)
class Arrange:
    """Sort one bucket by key, and write how many rows each key has (the index, written first)."""

    source: Shuffled
    bucket: int
    empty: pl.DataFrame
    by: tuple[str, ...]
    order: tuple[str, ...]
    path: Path
    index: Path
    fingerprint: str

    def run(self) -> Account:
        """Returns the account of the arranged rows."""
        frame = self.source.bucket(self.bucket, self.empty).sort(*self.by, *self.order, maintain_order=True)
        sizes = frame.group_by(self.by, maintain_order=True).len("rows")
        write_rows(self.index, sizes.select("rows"), Account(self.fingerprint, rows=sizes.height), scratch=True)
        account = Account(self.fingerprint, rows=frame.height)
        write_rows(self.path, frame, account, scratch=True)
        return account


def arrange_nodes(leg: Leg, read: Leg, by: tuple[str, ...], buckets: int) -> list[Node]:
    """Shuffle and arrange what is not there yet."""
    mark = _mark(leg)
    paths = [_paths(leg, bucket) for bucket in range(buckets)]
    todo = [bucket for bucket, both in enumerate(paths) if not all(_has(path, mark) for path in both)]
    if not todo:
        return []
    made, after, shuffled = shuffle_nodes(leg, read, by, buckets)
    (empty,) = empty_of([read])
    order = tuple(name for name in read.table.schema.primary_key() if name not in by)
    tasks = [Arrange(shuffled, bucket, empty, by, order, *paths[bucket], mark) for bucket in todo]
    return made + [Node(f"{leg.table.name}/arrange/{task.bucket}", task, set(after)) for task in tasks]


def known_blocks(leg: Leg) -> list[Block] | None:
    """The blocks as an earlier run has cut them; None where the input is another now."""
    try:
        kept = json.loads(_note(leg).read_bytes())
    except (OSError, ValueError):
        return None
    if kept["mark"] != _mark(leg):
        return None
    folder = leg.folder.scratch("arranged")
    return [
        Block(name, Span(folder / file, offset, rows), tuple(sizes), key, large)
        for name, file, offset, rows, sizes, key, large in kept["blocks"]
    ]


def cut_blocks(leg: Leg, shape: Blocks) -> list[Block]:
    """Cut all keys into blocks, and note down how."""
    blocks = _read_index(leg, shape)
    rows = [
        (block.name, block.span.path.name, block.span.offset, block.span.rows, block.sizes, block.key, block.large)
        for block in blocks
    ]
    write_bytes(_note(leg), json.dumps({"mark": _mark(leg), "blocks": rows}).encode())
    return blocks


def _note(leg: Leg) -> Path:
    return leg.folder.path / "blocks.json"


def _read_index(leg: Leg, shape: Blocks) -> list[Block]:
    """Equal blocks of a large key, runs of small keys of at most `rows` rows."""
    found: list[Block] = []
    for bucket in range(BUCKETS):
        rows, index = _paths(leg, bucket)
        for offset, sizes, large in _runs(pl.read_parquet(index)["rows"].to_list(), shape.rows):
            key = len(found)
            for start, size in _cut(sum(sizes), shape.rows) if large else [(0, sum(sizes))]:
                span = Span(rows, offset + start, size)
                found.append(Block(f"block-{len(found):05d}", span, (size,) if large else sizes, key, large))
    return found or [Block("block-00000", Span(_paths(leg, 0)[0], 0, 0), (), 0, False)]


def _runs(sizes: Sequence[int], most: int) -> Iterator[tuple[int, tuple[int, ...], bool]]:
    """(offset, sizes of the keys, is one large key), in order of the rows."""
    offset, run = 0, []
    for size in sizes:
        if run and (size > most or sum(run) + size > most):
            yield offset, tuple(run), False
            offset, run = offset + sum(run), []
        if size > most:
            yield offset, (size,), True
            offset += size
        else:
            run.append(size)
    if run:
        yield offset, tuple(run), False


def _cut(rows: int, most: int) -> list[tuple[int, int]]:
    """(start, size) of the fewest equal blocks of at most `most` rows."""
    count = -(-rows // most)
    edges = [rows * number // count for number in range(count + 1)]
    return [(start, end - start) for start, end in pairwise(edges)]


def _paths(leg: Leg, bucket: int) -> tuple[Path, Path]:
    folder = leg.folder.scratch("arranged")
    return folder / f"bucket-{bucket:04d}.parquet", folder / f"bucket-{bucket:04d}.index.parquet"


def _mark(leg: Leg) -> str:
    return fingerprint(leg.total, "arranged")


def _has(path: Path, mark: str) -> bool:
    account = read_account(path)
    return account is not None and account.fingerprint == mark
