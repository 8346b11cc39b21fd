"""Which texts of a bucket are compared with which."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from builders.duplicates.words import mixed

ALL: Final = 64
"""Buckets of up to so many texts are compared whole."""

NEIGHBOURS: Final = 16
"""In larger ones each text is compared with so many that follow it, in an order that is another one in each bucket."""


def pairs(bands: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Pairs of texts that share a bucket, shape (pairs, 2), possibly several times; rows need no order.

    Which of two stands first is up to a hash of both, so that each text stands first in about half of its pairs.
    """
    turns = _turns(bands, keys)
    order = np.lexsort((keys, turns, bands))
    bands, keys = bands[order], keys[order]
    new = np.ones(len(keys), bool)
    new[1:] = (bands[1:] != bands[:-1]) | (keys[1:] != keys[:-1])
    return _pairs(bands[new], keys[new], ALL, NEIGHBOURS)


@compiled
def _turns(bands, keys):
    turns = np.empty(len(keys), np.uint64)
    for row in range(len(keys)):
        turns[row] = mixed(mixed(bands[row]) ^ keys[row])
    return turns


@compiled
def _pairs(bands, keys, whole, neighbours):
    """`bands` in order. Counted first, then written."""
    found = np.empty((0, 2), np.uint64)
    for write in (False, True):
        count, start = 0, 0
        while start < len(keys):
            end = start
            while end < len(keys) and bands[end] == bands[start]:
                end += 1
            size = end - start
            for one in range(size):
                steps = size - 1 - one if size <= whole else neighbours
                for step in range(1, steps + 1):
                    if write:
                        a, b = keys[start + one], keys[start + (one + step) % size]
                        a, b = min(a, b), max(a, b)
                        if mixed(a + mixed(b)) & np.uint64(1):
                            a, b = b, a
                        found[count, 0], found[count, 1] = a, b
                    count += 1
            start = end
        if not write:
            found = np.empty((count, 2), np.uint64)
    return found
