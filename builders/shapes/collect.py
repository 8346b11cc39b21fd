"""Collect: everything of the tables read in one call, for one table that stays small."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from builders.base import Collect, Kept
from builders.boundary import StageError, accept
from builders.graph import Node
from builders.legs import Leg
from builders.shapes.shuffle import empty_of
from builders.shapes.target import Target, keys, missing
from builders.store import Account, drafted, read_rows


@dataclass(frozen=True)
class CollectAll:
    """Run a stage on all rows at once; the arrays it writes to `folder` are kept beside its rows."""

    target: Target
    shape: Collect
    inputs: tuple[tuple[Path, ...], ...]
    empty: tuple[pl.DataFrame, ...]
    needs: Mapping[str, Path]

    def run(self) -> Account:
        """Returns the account of the table; raises `StageError` where it is larger than it may be."""
        frames = [self._read(paths, empty) for paths, empty in zip(self.inputs, self.empty, strict=True)]
        ids = frames[0][self.target.table.input_id]
        folder = self.target.folder.scratch(f"arrays-{uuid4().hex[:12]}")
        folder.mkdir(parents=True)
        made = self.target.stage(*frames, **self.needs, folder=folder)
        self._refuse_large(Kept.of(made).frame, folder)
        return self._write(made, ids, folder)

    def _read(self, paths: Sequence[Path], empty: pl.DataFrame) -> pl.DataFrame:
        wanted = [name for name in empty.columns if name in (*self.shape.columns, self.target.table.input_id)]
        if not self.shape.columns:
            return read_rows(paths, empty)
        frames = [pl.read_parquet(path, columns=wanted).select(wanted) for path in paths]
        return pl.concat([empty.select(wanted), *frames], rechunk=True)

    def _refuse_large(self, frame: pl.DataFrame, folder: Path) -> None:
        size = frame.estimated_size() + sum(path.stat().st_size for path in folder.iterdir())
        if size > self.shape.most_bytes:
            raise StageError(
                f"table {self.target.table.name}: {size / 1e6:,.0f} MB collected, more than the "
                f"{self.shape.most_bytes / 1e6:,.0f} MB it may have; raise most_bytes or collect fewer columns"
            )

    def _write(self, made: pl.DataFrame | Kept, ids: pl.Series, folder: Path) -> Account:
        accepted = accept(self.target.table, made, ids, self.target.part.fingerprint)
        for path in sorted(folder.iterdir()):
            accepted.account.files[path.name] = path.stat().st_size
            with drafted(self.target.folder.rows / path.name) as draft:
                path.rename(draft)
        self.target.folder.write(self.target.part.name, accepted.frame, accepted.rejected, accepted.account)
        shutil.rmtree(folder)
        return accepted.account


def nodes(leg: Leg, reads: Sequence[Leg], needs: Mapping[str, Path], shape: Collect) -> Sequence[Node]:
    """One task, where the table is missing; it waits for all partitions of all tables read."""
    inputs = tuple(tuple(read.folder.part(part.name) for part in read.known) for read in reads)
    after = set[str]().union(*(keys(read) for read in reads)) | set(leg.table.needs.values())
    task = [CollectAll(target, shape, inputs, tuple(empty_of(reads)), needs) for target in missing(leg)]
    return [Node(one.target.key, one, after) for one in task]
