"""What is known of a text by its words: a hash of all of them, and bands of MinHash values (Leskovec et al., MMDS 3)."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.compiled import compiled
from builders.duplicates.characters import folded
from builders.duplicates.shingles import shingled
from builders.duplicates.words import buffers, mixed, next_word
from builders.settings import AtLeastOne


@dataclass(frozen=True)
class Shingling:
    """How long shingles are: `words`, and `characters` where a script puts no blanks between words.

    Of runs of five English words 0.14 % stand in a second of 240 encyclopaedia passages, of seven characters of
    their Chinese translations 0.16 %; of five characters it is 1.3 %.
    """

    words: AtLeastOne = 5
    characters: AtLeastOne = 7

    @property
    def widths(self) -> NDArray[np.int64]:
        """As the kernels take them."""
        return np.array([self.words, self.characters], np.int64)


@dataclass(frozen=True)
class Signed:
    """Per text: hash of its words (two halves), letters in words, hash of its bytes, and bands, shape (texts, bands).

    Texts of fewer than two shingles can be no near copy of another: `comparable` is false, their bands mean nothing.
    """

    content: NDArray[np.uint64]
    letters: NDArray[np.int64]
    raw: NDArray[np.uint64]
    comparable: NDArray[np.bool_]
    bands: NDArray[np.uint64]


def signed(texts: pl.Series, shingling: Shingling, bands: int, rows: int) -> Signed:
    """Texts that share a band of `rows` equal MinHash values may be near copies; 32 bit a value."""
    data, starts = buffers(texts)
    content, letters, raw = _identified(data, starts, folded())
    comparable, found = _banded(data, starts, folded(), shingling.widths, *_family(bands * rows), rows)
    return Signed(content, letters, raw, comparable, found)


@cache
def _family(size: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Odd factors and shifts, one pair per hash function."""
    draw = np.random.default_rng(20130613)
    return draw.integers(0, 2**32, size, np.uint32) | np.uint32(1), draw.integers(0, 2**32, size, np.uint32)


@compiled
def _identified(data, starts, folded):
    """Hash of the words, its other half, letters and hash of the bytes; texts without words are told by their bytes."""
    n = len(starts) - 1
    content, letters, raw = np.empty((n, 2), np.uint64), np.zeros(n, np.int64), np.empty(n, np.uint64)
    for text in range(n):
        at, end = starts[text], starts[text + 1]
        code = np.uint64(0xCBF29CE484222325)
        for place in range(at, end):
            code = (code ^ np.uint64(data[place])) * np.uint64(0x100000001B3)
        raw[text] = mixed(code ^ np.uint64(end - at))
        one, two = np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344)
        while True:
            at, code, alone, size = next_word(data, at, end, folded)
            if size == 0:
                break
            letters[text] += size
            one = mixed(one ^ code)
            two = (two + code) * np.uint64(0x9E3779B97F4A7C15)
            two ^= two >> np.uint64(29)
        if letters[text] == 0:
            one, two = mixed(one ^ raw[text]), raw[text] + np.uint64(1)
        content[text, 0], content[text, 1] = one, mixed(two ^ np.uint64(letters[text]))
    return content, letters, raw


@compiled
def _banded(data, starts, folded, widths, factors, shifts, rows):
    """Whether a text has two shingles, and its bands: hashes of `rows` MinHash values each, and of the band's number."""
    n, size = len(starts) - 1, len(factors)
    bands = size // rows
    comparable, found = np.zeros(n, np.bool_), np.zeros((n, bands), np.uint64)
    longest = 0
    for text in range(n):
        longest = max(longest, starts[text + 1] - starts[text])
    shingles = np.empty(longest // 2 + 2, np.uint64)
    least = np.empty(size, np.uint32)
    for text in range(n):
        count = shingled(data, starts[text], starts[text + 1], folded, widths, shingles)
        if count < 2:
            continue
        comparable[text] = True
        least[:] = np.uint32(0xFFFFFFFF)
        for place in range(count):
            _lower(least, np.uint32(shingles[place] >> np.uint64(32)), factors, shifts)
        for band in range(bands):
            code = np.uint64(band + 1)
            for row in range(rows):
                code = mixed(code ^ np.uint64(least[band * rows + row])) + np.uint64(band)
            found[text, band] = code
    return comparable, found


@compiled
def _lower(least, shingle, factors, shifts):
    """Take one shingle into account in every function; 32-bit arithmetic, so that eight run at once."""
    for i in range(len(least)):
        value = np.uint32(np.uint32(shingle ^ shifts[i]) * factors[i])
        value = np.uint32((value ^ (value >> np.uint32(15))) * np.uint32(0x2C1B3C6D))
        value = np.uint32(value ^ (value >> np.uint32(16)))
        least[i] = min(least[i], value)
