"""Source tables: one partition per shard."""

from collections.abc import Sequence
from dataclasses import dataclass

from builders.base import Source
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
        return self.target.write(self.source.read(self.held_as, self.target.part.shard), None)


def nodes(leg: Leg, source: Source, held_as: str) -> Sequence[Node]:
    """A task per missing partition."""
    return [Node(target.key, Read(target, source, held_as)) for target in missing(leg)]
