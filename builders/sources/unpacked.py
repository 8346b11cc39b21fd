"""What a range of packed bytes unpacks to, and where that lies in the unpacked file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from builders.sources.packing import Plain, Unpacker, unpacker
from builders.sources.place import readable
from builders.sources.web_files import WebFile

STEP = 2**16
"""Packed bytes that are unpacked at a time."""
_PLAIN_STEP = 2**20
HEAD = 2**16
_PACKED_ENDS = (".gz", ".zst", ".zstd")
_MOST_KEPT = 2**23
_RATIO = 4
"""About how much longer packed text becomes."""


@dataclass(frozen=True)
class Piece:
    """What the packed bytes from `since` up to `until` add to the unpacked file at byte `at`.

    `damage` says why nothing follows where the file should go on; empty elsewhere.
    """

    since: int
    until: int
    at: int
    data: bytes
    damage: str = ""


@dataclass
class _Going:
    """An unpacking that stands at a byte of a packed file; `ahead` was unpacked and not used up.

    `over`: it met damage, and nothing follows what is ahead.
    """

    unpacker: Unpacker
    packed: int = 0
    made: int = 0
    last: bytes = b""
    over: bool = False
    ahead: list[Piece] = field(default_factory=list)

    @property
    def position(self) -> int:
        """The packed byte the next piece starts at."""
        return self.ahead[0].since if self.ahead else self.packed


def part_of(name: str, part_bytes: int) -> int:
    """Bytes of the file as it lies there that make a part of about `part_bytes` of text."""
    return max(part_bytes // _RATIO, 1) if name.lower().endswith(_PACKED_ENDS) else part_bytes


class Stretch:
    """The pieces of a file from the packed byte `start` on, which is a multiple of `part`, or 0.

    What is packed has to be unpacked from its first byte. Whoever reads the ranges of a file in their order in one
    process goes on from where the last one ended, so that a file costs one unpacking per process, and not one per
    range. `before` is the unpacked byte before the first piece: empty at the start of the file.
    """

    def __init__(self, file: WebFile, start: int, part: int) -> None:
        self._file, self._part = file, part
        self._raw: Any = None
        self._going = _started(file, start, part)
        self.before = b""
        self.is_there = self._skip_to(start)

    @property
    def at(self) -> int:
        """The unpacked byte the next piece starts at."""
        return self._going.ahead[0].at if self._going.ahead else self._going.made

    def pieces(self) -> Iterator[Piece]:
        """Those that have not been taken."""
        while piece := self._next():
            yield piece
            if piece.damage:
                return

    def keep(self, last: bytes, tail: list[Piece]) -> None:
        """Remember where this stands, for the next range: it begins with `tail`, behind the unpacked byte `last`."""
        if not isinstance(self._going.unpacker, Plain) and sum(len(piece.data) for piece in tail) <= _MOST_KEPT:
            self._going.last, self._going.ahead = last, [*tail, *self._going.ahead]
            _resting(self._file, self._part)[:] = [self._going]

    def _skip_to(self, start: int) -> bool:
        """Go on to the first piece behind a packed byte; False where the file is damaged before it."""
        self.before = self._going.last
        while self._going.position < start:
            piece = self._next()
            if piece is None or piece.damage:
                return False
            self.before = piece.data[-1:] or self.before
        return bool(self._going.ahead) or not self._going.over

    def _next(self) -> Piece | None:
        going = self._going
        if going.ahead:
            return going.ahead.pop(0)
        if going.over or going.packed >= self._file.size:
            return None
        until = self._until(going.packed)
        made = going.unpacker.feed(packed := self._read(going.packed, until))
        damage = made.damage or (going.unpacker.end() if until == self._file.size or not packed else "")
        piece = Piece(going.packed, until, going.made, made.data, damage)
        going.packed, going.made, going.over = until, going.made + len(made.data), bool(damage)
        return piece

    def _until(self, packed: int) -> int:
        """Steps start anew at each part, so that every reader takes the same ones."""
        part_ends = (packed // self._part + 1) * self._part
        step = _PLAIN_STEP if isinstance(self._going.unpacker, Plain) else STEP
        return min(packed + step, part_ends, self._file.size)

    def _read(self, start: int, end: int) -> bytes:
        if self._raw is None:
            with readable(self._file.path):
                self._raw = self._file.place.fs.open(self._file.path, "rb")
        self._raw.seek(start)
        return self._raw.read(end - start)

    def __enter__(self) -> "Stretch":
        return self

    def __exit__(self, *error: object) -> None:
        if self._raw is not None:
            self._raw.close()


def head_of(file: WebFile, part: int) -> bytes:
    """The first 64 KiB of the unpacked file."""
    found = b""
    with Stretch(file, 0, part) as stretch:
        for piece in stretch.pieces():
            found += piece.data
            if len(found) >= HEAD:
                break
    return found[:HEAD]


def _started(file: WebFile, start: int, part: int) -> _Going:
    """An unpacking that was left before `start`, or a new one; a file that is not packed is entered at once."""
    rests = _resting(file, part)
    if rests and rests[-1].position <= start:
        return rests.pop()
    with readable(file.path):
        how = unpacker(file.place.fs.cat_file(file.path, start=0, end=4))
        if isinstance(how, Plain) and start:
            return _Going(how, start, start, file.place.fs.cat_file(file.path, start=start - 1, end=start))
    return _Going(how)


@lru_cache(maxsize=2)
def _resting(file: WebFile, part: int) -> list[_Going]:
    """Of the files read last, where their unpacking stands."""
    return []
