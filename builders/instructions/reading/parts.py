"""Parts of a file of any size: ranges of whole records, with how many records stand before."""

from typing import Final, NamedTuple

PART_BYTES: Final = 8 * 2**20
"""Of a file that are read at a time; each part is a task for every table, so smaller ones cost more than they spare."""
PACKED_BYTES: Final = 64 * 2**20
"""Of a packed file parts are larger: each costs unpacking all that is before it."""


class Part(NamedTuple):
    """Bytes (rows of Parquet) from `start` up to `end`; `before`: records of the file that stand before them."""

    start: int
    end: int
    before: int
    identity: str = ""
    rows: int = 0
    bytes: int = 0

    @property
    def name(self) -> str:
        """As names of shards have it."""
        return f"{self.start}-{self.end}+{self.before}"


def part_named(name: str) -> Part:
    """The part that a name tells."""
    span, _, before = name.partition("+")
    start, _, end = span.partition("-")
    return Part(int(start), int(end), int(before))
