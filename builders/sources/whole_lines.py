"""The lines of a text file that start in a range of it, packed or not."""

from typing import NamedTuple

import numpy as np

from builders.sources.unpacked import Piece, Stretch
from builders.sources.web_files import WebFile


class Lines(NamedTuple):
    """Whole lines from byte `start` of the unpacked file on.

    `cut`: the byte where the file breaks off or is damaged, and why; empty where it is well. `too_long`: the byte
    where a line starts that is longer than allowed and not in the block, -1 for none.
    """

    block: bytes
    start: int
    cut: tuple[int, str] | None
    too_long: int


def whole_lines(file: WebFile, start: int, end: int, part: int, longest: int) -> Lines:
    """The lines that start in the packed bytes from `start` up to `end`; `part` is the length of ranges.

    A line belongs to the range that unpacks to its first byte. Reads on behind the range to the end of its last
    line, and no further than `longest` bytes.
    """
    with Stretch(file, start, part) as stretch:
        if not stretch.is_there:
            return Lines(b"", 0, None, -1)
        at, last = stretch.at, stretch.before
        starts_line, pieces = last in (b"", b"\n"), []
        for piece in stretch.pieces():
            pieces.append(piece)
            if piece.until >= end:
                break
        block, damage = b"".join(piece.data for piece in pieces), pieces[-1].damage if pieces else ""
        skipped = 0 if starts_line else block.find(b"\n") + 1
        if not (starts_line or skipped):
            stretch.keep(block[-1:] or last, [])
            return Lines(b"", at, None, -1)
        tail = [] if damage else _rest_of_line(stretch, block, longest)
        stretch.keep(block[-1:] or last, tail)
        rest = b"".join(piece.data for piece in tail)
        end = rest.find(b"\n") + 1
        broken = "" if end else damage or (tail[-1].damage if tail else "")
        return _lines(
            b"".join([memoryview(block)[skipped:], rest[:end] if end else rest]), at + skipped, broken, longest
        )


def _rest_of_line(stretch: Stretch, block: bytes, longest: int) -> list[Piece]:
    """The pieces that hold the rest of the last line of a block."""
    if not block or block.endswith(b"\n"):
        return []
    tail, length = [], len(block) - block.rfind(b"\n") - 1
    for piece in stretch.pieces():
        tail.append(piece)
        length += len(piece.data)
        if b"\n" in piece.data or length > longest:
            break
    return tail


def _lines(block: bytes, at: int, broken: str, longest: int) -> Lines:
    """`broken`: why the file does not go on behind the block."""
    last = block.rfind(b"\n", 0, max(len(block) - 1, 0)) + 1
    if len(block) - last > longest + 1:
        return Lines(block[:last], at, None, at + last)
    unfinished = at + block.rfind(b"\n") + 1
    return Lines(block, at, (unfinished, broken) if broken else None, -1)


def line_starts(block: bytes) -> np.ndarray:
    """Where the lines of a block start, and behind them where one more would."""
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
    starts = np.concatenate([np.zeros(1, np.int64), ends])
    return starts if not block or block.endswith(b"\n") else np.append(starts, len(block) + 1)
