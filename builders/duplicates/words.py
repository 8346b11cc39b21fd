"""Read words and their shingles from UTF-8 bytes, one at a time: texts of any length take no memory of their own."""

import numpy as np

from annotators.compiled import compiled
from builders.duplicates.characters import ALONE, KNOWN

_ALONE = np.uint32(ALONE)
_LAST_CHINESE = 0x3FFFF


@compiled
def mixed(value):
    """64 bits of which each depends on all bits of the value: the finaliser of MurmurHash3 (Appleby)."""
    value = np.uint64(value)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@compiled
def character(data, at):
    """The code point at a place of valid UTF-8, and the place behind it."""
    first = np.uint32(data[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0:
        return ((first & 0x1F) << 6) | (np.uint32(data[at + 1]) & 0x3F), at + 2
    second, third = np.uint32(data[at + 1]) & 0x3F, np.uint32(data[at + 2]) & 0x3F
    if first < 0xF0:
        return ((first & 0x0F) << 12) | (second << 6) | third, at + 3
    return ((first & 0x07) << 18) | (second << 12) | (third << 6) | (np.uint32(data[at + 3]) & 0x3F), at + 4


@compiled
def next_word(data, at, end, folded):
    """(place behind the next word, its hash, whether it is a character that stands alone, its letters).

    No letters: there is no word left. Case does not count, nor does what stands between words.
    """
    code = np.uint64(0xCBF29CE484222325)
    letters = 0
    while at < end:
        point, behind = character(data, at)
        kind = np.uint32(0)
        if point < KNOWN:
            kind = folded[point]
        elif point <= _LAST_CHINESE:
            kind = np.uint32(point) | _ALONE
        if kind & _ALONE:
            if letters:
                return at, mixed(code), False, letters
            return behind, mixed(np.uint64(kind)), True, 1
        if kind:
            code = (code ^ np.uint64(kind)) * np.uint64(0x100000001B3)
            letters += 1
        elif letters:
            return behind, mixed(code), False, letters
        at = behind
    return at, mixed(code), False, letters
