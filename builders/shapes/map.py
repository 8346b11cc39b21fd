"""Map and Files: partition in, partition out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import Files
from builders.files import check_files
from builders.graph import Node
from builders.legs import Leg
from builders.shapes.target import Target, missing
from builders.store import Account


@dataclass(frozen=True)
class MapPart:
    """Run a stage on the same partition of every table read."""

    target: Target
    inputs: tuple[Path, ...]
    needs: Mapping[str, Path]

    def run(self) -> Account:
        """Returns the account of the partition."""
        frames = [pl.read_parquet(path) for path in self.inputs]
        return self.target.make(frames, [self.target.table.input_id], self.needs)


@dataclass(frozen=True)
class FilesPart(MapPart):
    """The same for a stage that writes files, which its rows name."""

    root: Path

    def run(self) -> Account:
        """Returns the account of the partition, after a look at every file."""
        account = MapPart.run(self)
        check_files(self.root, self.target.folder.part(self.target.part.name))
        return account


def nodes(leg: Leg, reads: Sequence[Leg], needs: Mapping[str, Path], root: Path) -> Sequence[Node]:
    """A task per missing partition; it waits for its own partition of the tables read, and for all needs."""
    made = []
    for target in missing(leg):
        inputs = tuple(read.folder.part(target.part.name) for read in reads)
        after = {f"{read.table.name}/{target.part.name}" for read in reads} | set(leg.table.needs.values())
        made.append(Node(target.key, _task(target, inputs, needs, root), after))
    return made


def _task(target: Target, inputs: tuple[Path, ...], needs: Mapping[str, Path], root: Path) -> MapPart:
    shape = target.table.shape
    if getattr(target.table.stage, "reads_files", False):
        needs = {**needs, "root": root}
    if not isinstance(shape, Files):
        return MapPart(target, inputs, needs)
    folder = root / "files" / shape.folder / target.part.fingerprint[:12]
    return FilesPart(target, inputs, {**needs, "folder": folder}, root)
