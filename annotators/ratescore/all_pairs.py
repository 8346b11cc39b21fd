"""Every score between finding sets as one matrix, in memory or in a file."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.ratescore.kernel import TILE, Sets, Vocabulary, combine, cover, matches, sets_of, vocabulary_of
from annotators.ratescore.places import SCALE
from annotators.ratescore.weights import WeightSet, load

_SIDE: Final = 4096


def all_pairs(
    cosine: NDArray[np.float32],
    terms: NDArray[np.integer],
    types: NDArray[np.integer],
    start: NDArray[np.integer],
    weights: WeightSet = "long",
) -> NDArray[np.float32]:
    """RaTEScore of all pairs, [set, set], symmetric, in steps of `1 / SCALE`.

    Set s has the entities `start[s]:start[s + 1]` of `terms` (rows of `cosine`) and `types` (positions in
    `RATE_TYPES`), in report order; none is empty.
    """
    entry, entries = np.unique(np.stack([terms, types]), axis=1, return_inverse=True)
    w = load(weights)
    words = vocabulary_of(np.ascontiguousarray(cosine), entry[0], entry[1], w.affinity, w.signed)
    sets = sets_of(entries.ravel().astype(np.uint32), np.asarray(start, np.int64), entry.shape[1])
    out = np.zeros((len(start) - 1, len(start) - 1), np.int32)
    fill(words, sets, np.arange(len(start) - 1, dtype=np.int32), out)
    return (out / SCALE).astype(np.float32)


def fill(words: Vocabulary, sets: Sets, place: NDArray[np.int32], out: NDArray[np.int32] | NDArray[np.uint8]) -> None:
    """Write the score of sets i and j to `out[place[i], place[j]]` and to its mirror image.

    int32: steps of `1 / SCALE`; uint8: hundredths, 0 below 0 and 100 above 1, as RadIR's loaders keep them.
    """
    n = sets.start.size - 1
    spans = [(i, min(i + _SIDE, n)) for i in range(0, n, _SIDE)]
    for a0, a1 in spans:
        for b0, b1 in spans:
            if a0 <= b0:
                _fill(words, sets, (a0, a1, b0, b1), place, out, 100 if out.dtype == np.uint8 else 0)


@compiled
def _fill(words, sets, square, place, out, most):
    a0, a1, b0, b1 = square
    tiles = (b1 - b0 + TILE - 1) // TILE
    covered = np.zeros((tiles, (a1 - a0 + TILE - 1) // TILE * TILE, TILE), np.float32)
    table = np.zeros((words.term.size + 1, 2 * TILE), np.float32)
    best, kind = np.empty(words.cosine.shape[0], np.float32), np.empty(words.cosine.shape[0], np.int32)
    back, score = np.zeros((TILE, TILE), np.float32), np.zeros((TILE, TILE), np.int32)
    for tile in range(tiles):
        first = b0 + tile * TILE
        matches(words, sets, first, min(TILE, b1 - first), best, kind, table)
        cover(table, sets.sums, sets.sum_start, a0, a1, covered[tile])
    for first in range(a0, a1, TILE):
        count = min(TILE, a1 - first)
        matches(words, sets, first, count, best, kind, table)
        for tile in range(tiles):
            begin = b0 + tile * TILE
            rows = min(TILE, b1 - begin)
            cover(table, sets.sums, sets.sum_start, begin, begin + rows, back)
            combine(covered[tile, first - a0 : first - a0 + TILE], back, score)
            for j in range(rows):
                for i in range(count):
                    value = score[j, i]
                    if most:
                        value = np.int32(np.rint(min(max(value / SCALE, 0.0), 1.0) * most))
                    out[place[first + i], place[begin + j]] = value
                    out[place[begin + j], place[first + i]] = value
