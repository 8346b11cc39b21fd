"""Lower-case texts as Python's `str.lower` does, but at the speed of memory where no character changes its length."""

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.text_bytes import Texts, texts_of

BLOCK: Final = 1 << 18
"""Bytes that are lowered at a time: what stays in the cache until it has been read."""
ODD: Final = 0xFFFF
"""Of a character whose lower case takes another number of bytes, or depends on what stands around it (sigma)."""
_SIGMA: Final = 0x03A3
_PLANES: Final = 0x20000  # no character beyond has a case
_HIGH: Final = np.uint64(0x8080808080808080)
_LOW: Final = ~_HIGH
_FROM_A: Final = np.uint64(0x3F3F3F3F3F3F3F3F)  # added to a byte below 0x80, it sets the high bit from `A` on
_BEHIND_Z: Final = np.uint64(0x2525252525252525)


class _Cases(NamedTuple):
    """The lower case of each code point of two or three bytes; and which bytes and which 64 code points have one."""

    lower: NDArray[np.uint16]
    lead: NDArray[np.bool_]
    block: NDArray[np.bool_]


def lowered(column: pl.Series) -> Iterator[Texts]:
    """The texts in lower case, in order, some rows at a time; null is an empty text.

    Each block lies where the one before it lay, so read it before asking for the next one. Final sigma, and the few
    letters that grow or shrink (`İ`, `ẞ`), are left to polars, for the whole block.
    """
    (data, start), cases = texts_of(column), _cases()
    room = np.empty(0, np.uint8)
    for first, last in _blocks(start):
        block = data[start[first] : start[last]]
        if room.size < block.size:
            room = np.empty((block.size + 7) // 8 * 8, np.uint8)
        if _lower(room, block, *cases):
            yield _unwritten(room[: block.size], start[first : last + 1] - start[first])
        else:
            yield texts_of(column[first:last].str.to_lowercase())


def _blocks(start: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Rows from and to of each block; a text is never cut."""
    first = 0
    while first < start.size - 1:
        last = max(first + 1, int(np.searchsorted(start, start[first] + BLOCK, "right")) - 1)
        yield first, last
        first = last


def _unwritten(data: NDArray[np.uint8], start: NDArray[np.int64]) -> Texts:
    """Not to be written to, as the texts of a column are not: to numba that is another type, and compiled again."""
    data.setflags(write=False)
    start.setflags(write=False)
    return Texts(data, start)


@cache
def _cases() -> _Cases:
    codes = np.setdiff1d(np.arange(_PLANES), np.arange(0xD800, 0xE000), assume_unique=True)
    characters = pl.Series([chr(code) for code in codes])
    small = characters.str.to_lowercase()
    changed = codes[(small != characters).to_numpy()]
    alike = codes[(small.str.len_bytes() == characters.str.len_bytes()).to_numpy() & (codes < 0x10000)]
    lower = np.full(0x10000, ODD, np.uint16)
    lower[alike] = [ord(text) for text in small.gather(np.searchsorted(codes, alike)).to_list()]
    lower[_SIGMA] = ODD
    lead, block = np.zeros(256, np.bool_), np.zeros(0x110000 >> 6, np.bool_)
    lead[[chr(code).encode()[0] for code in changed if code > 0x7F]] = True
    block[changed >> 6] = True
    return _Cases(lower, lead, block)


@compiled
def _lower(small, data, lower, lead, block):
    """Write the lower case of the data; false where it holds a character that is left to others."""
    small[: data.size] = data
    words = small.view(np.uint64)
    for word in range((data.size + 7) // 8):
        eight = words[word]
        low = eight & _LOW
        words[word] = eight | (((low + _FROM_A) ^ (low + _BEHIND_Z)) & ~eight & _HIGH) >> np.uint64(2)
    for i in range(data.size):
        if not lead[data[i]]:
            continue
        first, second = np.uint32(data[i]), np.uint32(data[i + 1] & 0x3F)
        if first < 0xE0:
            code = np.uint32(lower[(first & 0x1F) << 6 | second])
            small[i], small[i + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        else:
            third = np.uint32(data[i + 2] & 0x3F)
            plane = first >= 0xF0
            group = (first & 0x07) << 12 | second << 6 | third if plane else (first & 0x0F) << 6 | second
            if not block[group]:
                continue
            code = np.uint32(ODD if plane else lower[group << 6 | third])
            if code != ODD:
                small[i], small[i + 1], small[i + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
        if code == ODD:
            return False
    return True
