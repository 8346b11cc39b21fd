"""Which texts of a bucket seem to be near to each other, by their MinHash values."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from builders.duplicates.words import mixed

WINDOW: Final = 2048
"""Texts of its bucket that each text is looked at with: those next to it, in an order that is another in each bucket.
Buckets of up to twice as many are looked at whole."""

BEST: Final = 48
"""Candidates of a text in a bucket that share most values with it; as many others are taken as they come.

The best alone would part a group of close copies from groups that are less close to it.
"""


AT_ONCE: Final = 4_000_000
"""Room for so many pairs, 18 bytes each, is taken at a time, or for those of one bucket."""


def least_equal(size: int, similarity: float) -> int:
    """Of `size` MinHash values, how many two texts of a similarity share at least, but for one pair in a thousand."""
    return max(1, int(size * similarity - 3.2 * (size * similarity * (1 - similarity)) ** 0.5))


def surely_equal(size: int, similarity: float) -> int:
    """Of `size` MinHash values, how many only one in a thousand pairs of a similarity shares, or of less."""
    return min(size, int(size * similarity + 3.2 * (size * similarity * (1 - similarity)) ** 0.5))


def pairs(
    bands: NDArray[np.uint64], keys: NDArray[np.uint64], values: NDArray[np.uint16], least: int
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint16]]]:
    """Pairs of texts of a bucket that share `least` values, shape (pairs, 2), some several times; and how many.

    Rows need no order; pairs come by buckets, so many at a time as memory is meant for. Which of two stands first is
    up to a hash of both: each does in about half of its pairs.
    """
    order = np.lexsort((keys, drawn_turns(bands, keys), bands))
    bands, keys, packed = bands[order], keys[order], _packed(values[order])
    ends = np.append(np.flatnonzero(bands[1:] != bands[:-1]) + 1, len(bands))
    for start, some, room in _runs(ends):
        rows, equal = _look_everywhere(packed, start, some, room, values.shape[1], least, WINDOW, BEST)
        yield _turned(keys, rows), equal


def _runs(ends: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64], int]]:
    """Where the first bucket of each run begins, the ends of its buckets, and how many pairs these have at most."""
    sizes = np.diff(ends, prepend=0)
    room = np.minimum(sizes * (sizes - 1), sizes * 2 * BEST)
    run = np.cumsum(room) // AT_ONCE
    for some in np.split(np.arange(len(ends)), np.flatnonzero(run[1:] != run[:-1]) + 1):
        yield int(ends[some[0]] - sizes[some[0]]), ends[some], int(room[some].sum())


def _packed(values: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Four values to a word; what is left of the last one is equal in all texts."""
    padded = np.pad(values, ((0, 0), (0, -values.shape[1] % 4)))
    return np.ascontiguousarray(padded).view(np.uint64)


@compiled
def drawn_turns(bands, keys):
    """A hash of each row that says whose turn it is: an order of the keys that is another one for each band."""
    turns = np.empty(len(keys), np.uint64)
    for row in range(len(keys)):
        turns[row] = mixed(mixed(bands[row]) ^ keys[row])
    return turns


@compiled
def _turned(keys, rows):
    """Keys of pairs of rows."""
    found = np.empty(rows.shape, np.uint64)
    for pair in range(len(rows)):
        a, b = keys[rows[pair, 0]], keys[rows[pair, 1]]
        low, high = min(a, b), max(a, b)
        first = (mixed(low + mixed(high)) & np.uint64(1)) == np.uint64(1)
        found[pair, 0], found[pair, 1] = (low, high) if first else (high, low)
    return found


@compiled
def _look_everywhere(values, start, ends, room, width, least, window, best):
    """Rows of the pairs of the buckets from row `start`, and how many values each shares."""
    found, equal = np.empty((room, 2), np.int64), np.empty(room, np.uint16)
    count = 0
    for end in ends:
        if end - start > 1:
            count = _look(values[start:end], width, least, window, best, start, found, equal, count)
        start = end
    return found[:count].copy(), equal[:count].copy()


@compiled
def _look(values, width, least, window, best, start, found, equal, count):
    """Write the pairs of one bucket behind the first `count`; returns how many there are then."""
    size = len(values)
    scores, others = np.zeros((size, best), np.int64), np.zeros((size, best), np.int64)
    taken = np.zeros(size, np.int64)
    for one in range(size):
        steps = size - 1 - one if size <= 2 * window else window
        for step in range(1, steps + 1):
            two = (one + step) % size
            score = width - _different(values[one], values[two])
            if score < least:
                continue
            if taken[one] < best:
                found[count, 0], found[count, 1], equal[count] = start + one, start + two, score
                taken[one] += 1
                count += 1
            else:
                _keep(scores, others, one, score, two)
                _keep(scores, others, two, score, one)
    for one in range(size):
        for place in range(best):
            if scores[one, place]:
                found[count, 0], found[count, 1] = start + one, start + others[one, place]
                equal[count] = scores[one, place]
                count += 1
    return count


@compiled
def _different(one, two):
    """How many values differ, of four of 16 bits in each word: the top bit of a lane is set where it is not 0."""
    low, top, lanes = np.uint64(0x7FFF7FFF7FFF7FFF), np.uint64(0x8000800080008000), np.uint64(0)
    for i in range(len(one)):
        unlike = one[i] ^ two[i]
        lanes += ((((unlike & low) + low) | unlike) & top) >> np.uint64(15)
    return np.int64((lanes * np.uint64(0x0001000100010001)) >> np.uint64(48))


@compiled
def _keep(scores, others, row, score, other):
    """Put a text among the best of another, in place of the least of them, which stands first."""
    if score <= scores[row, 0]:
        return
    scores[row, 0], others[row, 0] = score, other
    at = 0
    for place in range(1, scores.shape[1]):
        if scores[row, place] < scores[row, at]:
            at = place
    if at:
        scores[row, 0], scores[row, at] = scores[row, at], scores[row, 0]
        others[row, 0], others[row, at] = others[row, at], others[row, 0]
