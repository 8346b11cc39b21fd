"""Parts of a file of any size: ranges of whole records, with how many records stand before."""

from typing import Final, NamedTuple

from schemas.errors import SourceError

PART_BYTES: Final = 8 * 2**20
"""Of a file that are read at a time; each part is a task for every table, so smaller ones cost more than they spare."""
PACKED_BYTES: Final = 64 * 2**20
"""Of a packed file parts are larger: each costs unpacking all that is before it."""


class Part(NamedTuple):
    """Bytes (rows of Parquet) from `start` up to `end`; `before`: records of the file that stand before them.

    `identity` is of its bytes, or the beginning of it, where the part was made of its name.
    """

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


def part_named(name: str, mark: str) -> Part:
    """The part that a name tells, with the mark of its bytes."""
    span, _, before = name.partition("+")
    start, _, end = span.partition("-")
    return Part(int(start), int(end), int(before), mark)


def demand_same(path: str, mark: str, identity: str) -> None:
    """Raise `SourceError` where what was read is not what was listed: its identity begins otherwise."""
    if not identity.startswith(mark):
        raise SourceError(f"{path}: changed while the build ran; run the same command again when it is at rest")
