"""Every score between a few thousand finding sets as one matrix."""

import numba
import numpy as np
from numpy.typing import NDArray

from annotators.ratescore.kernel import SCALE, TILE, combine, cover, matches, sets_of, vocabulary_of
from annotators.ratescore.weights import WeightSet, load


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
    _fill(words, sets, out)
    return out / np.float32(SCALE)


@numba.njit(nogil=True, cache=True)
def _fill(words, sets, out):
    """Tile by tile: how well each tile covers all sets, then each pair of tiles."""
    n = out.shape[0]
    tiles = (n + TILE - 1) // TILE
    covered = np.zeros((tiles, tiles * TILE, TILE), np.float32)
    table = np.zeros((words.term.size + 1, 2 * TILE), np.float32)
    best, kind = np.empty(words.cosine.shape[0], np.float32), np.empty(words.cosine.shape[0], np.int32)
    score = np.zeros((TILE, TILE), np.int32)
    for tile in range(tiles):
        matches(words, sets, tile * TILE, min(TILE, n - tile * TILE), best, kind, table)
        cover(table, sets.sums, sets.sum_start, 0, n, covered[tile])
    for a in range(tiles):
        for b in range(a + 1):
            combine(covered[b, a * TILE : (a + 1) * TILE], covered[a, b * TILE : (b + 1) * TILE], score)
            for j in range(min(TILE, n - b * TILE)):
                for i in range(min(TILE, n - a * TILE)):
                    out[a * TILE + i, b * TILE + j] = score[j, i]
                    out[b * TILE + j, a * TILE + i] = score[j, i]
