"""Group: rows of equal keys arrive together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import Group
from builders.boundary import StageError
from builders.graph import Node
from builders.legs import Leg
from builders.shapes.shuffle import Shuffled, empty_of
from builders.shapes.shuffle import nodes as shuffle_nodes
from builders.shapes.target import Target, missing
from builders.store import Account


@dataclass(frozen=True)
class GroupPart:
    """Run a stage on one bucket of every table read, sorted by key."""

    target: Target
    shape: Group
    bucket: int
    inputs: tuple[Shuffled, ...]
    empty: tuple[pl.DataFrame, ...]
    needs: Mapping[str, Path]

    def run(self) -> Account:
        """Returns the account of the partition; raises `StageError` for a key with too many rows."""
        frames = [
            shuffled.bucket(self.bucket, empty).sort(self.shape.by, maintain_order=True)
            for shuffled, empty in zip(self.inputs, self.empty, strict=True)
        ]
        for frame in frames:
            self._refuse_large_keys(frame)
        return self.target.make(frames, self.shape.by, self.needs)

    def _refuse_large_keys(self, frame: pl.DataFrame) -> None:
        if frame.height <= self.shape.most_rows:
            return
        sizes = frame.group_by(self.shape.by, maintain_order=True).len("__rows__")
        largest = sizes.sort("__rows__", descending=True).row(0)
        if largest[-1] > self.shape.most_rows:
            key = ", ".join(f"{name}={value}" for name, value in zip(self.shape.by, largest[:-1], strict=True))
            raise StageError(
                f"table {self.target.table.name}: key {key} has {largest[-1]} rows, more than a partition may hold "
                f"({self.shape.most_rows}); group by a finer key or raise most_rows"
            )


def nodes(leg: Leg, reads: Sequence[Leg], needs: Mapping[str, Path], shape: Group) -> Sequence[Node]:
    """Shuffle what is not shuffled, then a task per missing bucket."""
    targets = missing(leg)
    if not targets:
        return []
    shuffles = [shuffle_nodes(leg, read, shape.by, shape.buckets) for read in reads]
    after = set[str]().union(*(keys for _, keys, _ in shuffles)) | set(leg.table.needs.values())
    inputs, empty = tuple(shuffled for _, _, shuffled in shuffles), tuple(empty_of(reads))
    numbers = {part.name: number for number, part in enumerate(leg.known)}
    buckets = [
        Node(target.key, GroupPart(target, shape, numbers[target.part.name], inputs, empty, needs), set(after))
        for target in targets
    ]
    return [node for made, _, _ in shuffles for node in made] + buckets
