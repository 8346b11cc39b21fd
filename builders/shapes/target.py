"""What every task that makes a partition has in common: where it goes, and how it is accepted and written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from builders.base import Files, Kept, Stage, Table
from builders.boundary import StageError, accept, maker
from builders.files import named_files
from builders.isolate import call_isolating
from builders.legs import Leg, Part
from builders.store import Account, WorkFolder


@dataclass(frozen=True)
class Target:
    """One partition of a table."""

    table: Table
    folder: WorkFolder
    part: Part

    @property
    def stage(self) -> Stage:
        """The stage of the table; only for tables that have one."""
        if self.table.stage is None:
            raise RuntimeError(f"table {self.table.name} has no stage")
        return self.table.stage

    def make(self, frames: Sequence[pl.DataFrame], by: Sequence[str], needs: Mapping[str, Path]) -> Account:
        """Call the stage on frames, isolating records that fail, and write what it makes."""
        return self.write(self.call(frames, by, needs), frames[0][self.table.input_id])

    def call(self, frames: Sequence[pl.DataFrame], by: Sequence[str], needs: Mapping[str, Path]) -> pl.DataFrame | Kept:
        """What the stage makes of frames, with records that fail rejected."""

        def call(*frames: pl.DataFrame) -> pl.DataFrame | Kept:
            return self.stage(*frames, **needs)

        try:
            return call_isolating(call, frames, by, self.table.input_id)
        except StageError as error:
            if str(error).startswith("table "):
                raise
            raise StageError(f"table {self.table.name}: {maker(self.table)} is broken: {error}") from error

    def write(self, made: pl.DataFrame | Kept, ids: pl.Series | None) -> Account:
        """Check and write rows made from the input `ids`."""
        accepted = accept(self.table, made, ids, self.part.fingerprint)
        if isinstance(self.table.shape, Files):
            accepted.account.files.update(named_files(accepted.frame))
        self.folder.write(self.part.name, accepted.frame, accepted.rejected, accepted.account)
        return accepted.account

    @property
    def key(self) -> str:
        """Names the partition within the build."""
        return f"{self.table.name}/{self.part.name}"


def targets(leg: Leg) -> list[Target]:
    """The partitions of a leg as targets."""
    return [Target(leg.table, leg.folder, part) for part in leg.known]


def keys(leg: Leg) -> set[str]:
    """Keys of all partitions of a leg."""
    return {f"{leg.table.name}/{part.name}" for part in leg.known}


def missing(leg: Leg) -> list[Target]:
    """The partitions that are not there yet."""
    return [target for target in targets(leg) if not leg.folder.finished(target.part.name, target.part.fingerprint)]


def joined(made: Iterable[Any]) -> Kept:
    """Several results of a stage as one."""
    frames, rejected = [], []
    for one in made:
        frames.append(one.frame if isinstance(one, Kept) else one)
        if isinstance(one, Kept):
            rejected.append(one.rejected.select("id", "reason", "detail"))
    empty = pl.DataFrame(schema={"id": pl.String, "reason": pl.String, "detail": pl.String})
    return Kept(pl.concat(frames), pl.concat([empty, *rejected]))
