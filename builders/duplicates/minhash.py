"""What is known of a text by its words: a hash of them, and MinHash values in bands (Leskovec et al., MMDS 3)."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.text_bytes import texts_of
from builders.duplicates.characters import folded
from builders.duplicates.shingles import shingled
from builders.duplicates.words import mixed
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
    """Per text: hash of its words (two halves), letters in words, hash of its bytes, MinHash values (texts, values).

    Texts of fewer than two shingles can be no near copy of another: `comparable` is false, their values mean nothing.
    """

    content: NDArray[np.uint64]
    letters: NDArray[np.int64]
    raw: NDArray[np.uint64]
    comparable: NDArray[np.bool_]
    values: NDArray[np.uint16]


def signed(texts: pl.Series, shingling: Shingling, size: int) -> Signed:
    """Texts with `size` MinHash values each; of two texts about as many are equal as their Jaccard similarity says.

    Of 32 bits the lower 16 are kept: values that differ are taken for equal once in 65,536 times.
    """
    data, starts = texts_of(texts)
    return Signed(*_signed(data, starts, folded(), shingling.widths, *_family(size)))


@cache
def _family(size: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Odd factors and shifts, one pair per hash function."""
    draw = np.random.default_rng(20130613)
    return draw.integers(0, 2**32, size, np.uint32) | np.uint32(1), draw.integers(0, 2**32, size, np.uint32)


@compiled
def _signed(data, starts, folded, widths, factors, shifts):
    """The arrays of `Signed`; texts without words are told by their bytes."""
    n, size = len(starts) - 1, len(factors)
    content, letters, raw = np.empty((n, 2), np.uint64), np.zeros(n, np.int64), np.empty(n, np.uint64)
    comparable, values = np.zeros(n, np.bool_), np.zeros((n, size), np.uint16)
    longest = 0
    for text in range(n):
        longest = max(longest, starts[text + 1] - starts[text])
    shingles, least = np.empty(longest // 2 + 2, np.uint64), np.empty(size, np.uint32)
    for text in range(n):
        start, end = starts[text], starts[text + 1]
        raw[text] = _of_bytes(data, start, end)
        count, letters[text], one, two = shingled(data, start, end, folded, widths, shingles)
        if count == 0:
            one, two = mixed(one ^ raw[text]), raw[text] + np.uint64(1)
        content[text, 0], content[text, 1] = one, two
        if count > 1:
            comparable[text] = True
            least[:] = np.uint32(0xFFFFFFFF)
            for place in range(count):
                _lower(least, np.uint32(shingles[place] >> np.uint64(32)), factors, shifts)
            for i in range(size):
                values[text, i] = np.uint16(mixed(np.uint64(least[i])) & np.uint64(0xFFFF))
    return content, letters, raw, comparable, values


@compiled
def _of_bytes(data, start, end):
    """Hash of a text as it is written."""
    code = np.uint64(0xCBF29CE484222325)
    for place in range(start, end):
        code = (code ^ np.uint64(data[place])) * np.uint64(0x100000001B3)
    return mixed(code ^ np.uint64(end - start))


@compiled
def _lower(least, shingle, factors, shifts):
    """Take one shingle into account in every function; 32-bit arithmetic, so that eight run at once."""
    for i in range(len(least)):
        least[i] = min(least[i], np.uint32(np.uint32(shingle ^ shifts[i]) * factors[i]))


@compiled
def banded(values, rows):
    """Buckets of each text, shape (texts, bands): a hash of each `rows` values in turn, and of the band's number."""
    n, bands = len(values), values.shape[1] // rows
    found = np.empty((n, bands), np.uint64)
    for text in range(n):
        for band in range(bands):
            code = mixed(np.uint64(band + 1))
            for row in range(rows):
                code = mixed(code ^ np.uint64(values[text, band * rows + row])) + np.uint64(row)
            found[text, band] = code
    return found
