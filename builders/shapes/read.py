"""Source tables: one partition per shard."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Source
from builders.graph import Node
from builders.legs import Leg
from builders.shapes.target import Target, missing
from builders.store import Account


@dataclass(frozen=True)
class Read:
    """Read one shard; a table without shards is one empty partition."""

    target: Target
    source: Source
    held_as: str

    def run(self) -> Account:
        """Returns the account of the partition."""
        if not self.target.part.shard:
            return self.target.write(self.target.table.schema.create_empty(), None)
        read = self.source.read(self.held_as, self.target.part.shard)
        return self._staged(read) if self.target.table.stage else self.target.write(read, None)

    def _staged(self, read: pl.DataFrame | Kept) -> Account:
        """Write what the stage makes of the rows read; both may have rejected some."""
        rows, unread = Kept.of(read)
        key = self.target.table.input_id
        frame, rejected = Kept.of(self.target.call([rows], [key], {}))
        ids = pl.concat([rows[key].cast(pl.String), unread["id"].cast(pl.String)])
        columns = [pl.col(name).cast(dtype) for name, dtype in REJECTED_SCHEMA.items()]
        both = pl.concat([unread.select(columns), rejected.select(columns)])
        return self.target.write(Kept(frame, both), ids)


def nodes(leg: Leg, source: Source, held_as: str) -> Sequence[Node]:
    """A task per missing partition."""
    return [Node(target.key, Read(target, source, held_as)) for target in missing(leg)]
