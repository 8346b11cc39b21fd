"""All pairs between two blocks of finding sets, compiled: every pair is scored once and offered to both sides."""

from typing import Final

import numpy as np

from annotators.compiled import compiled
from annotators.ratescore.kernel import TILE, Sets, Vocabulary, combine, cover, matches, turn
from annotators.ratescore.selection import Kept, Studies, offer

SIDE: Final = 4096
"""Sets per side of the square that is held at once (64 MB of directed scores)."""


def rank_within(vocabulary: Vocabulary, sets: Sets, studies: Studies, kept: Kept) -> None:
    """Offer every study of one block to every other one of it."""
    for begin, end in spans(sets):
        for begin2, end2 in spans(sets):
            if begin <= begin2:
                square = (begin, end, begin2, end2)
                _square(vocabulary, sets, sets, studies, studies, kept, kept, square, begin == begin2)


def rank_between(
    vocabulary: Vocabulary, a: Sets, b: Sets, of_a: Studies, of_b: Studies, kept_a: Kept, kept_b: Kept
) -> None:
    """Offer every study of block a to every study of block b, and the other way round."""
    for begin, end in spans(a):
        for begin2, end2 in spans(b):
            _square(vocabulary, a, b, of_a, of_b, kept_a, kept_b, (begin, end, begin2, end2), False)


def spans(sets: Sets) -> list[tuple[int, int]]:
    """The sets in runs of `SIDE`."""
    n = sets.start.size - 1
    return [(i, min(i + SIDE, n)) for i in range(0, n, SIDE)]


@compiled
def _square(vocabulary, a, b, of_a, of_b, kept_a, kept_b, square, diagonal):
    """Sets `square[:2]` of a against sets `square[2:]` of b; on the diagonal each side is offered the other once."""
    a0, a1, b0, b1 = square
    n_tiles = (b1 - b0 + TILE - 1) // TILE
    a_by_b = np.zeros((n_tiles, (a1 - a0 + TILE - 1) // TILE * TILE, TILE), np.float32)
    table = np.zeros((vocabulary.term.size + 1, 2 * TILE), np.float32)
    best = np.empty(vocabulary.cosine.shape[0], np.float32)
    kind = np.empty(vocabulary.cosine.shape[0], np.int32)
    for tile in range(n_tiles):
        first = b0 + tile * TILE
        matches(vocabulary, b, first, min(TILE, b1 - first), best, kind, table)
        cover(table, a.sums, a.sum_start, a0, a1, a_by_b[tile])
    b_by_a = np.zeros((TILE, TILE), np.float32)
    score, turned = np.zeros((TILE, TILE), np.int32), np.zeros((TILE, TILE), np.int32)
    for first in range(a0, a1, TILE):
        lanes = (first, min(TILE, a1 - first))
        matches(vocabulary, a, first, lanes[1], best, kind, table)
        for tile in range(n_tiles):
            begin = b0 + tile * TILE
            rows = (begin, min(TILE, b1 - begin))
            cover(table, b.sums, b.sum_start, begin, begin + rows[1], b_by_a)
            combine(a_by_b[tile, first - a0 : first - a0 + TILE], b_by_a, score)
            offer(score, rows, lanes, of_b, of_a, kept_b)
            if not diagonal:
                turn(score, turned)
                offer(turned, lanes, rows, of_a, of_b, kept_a)
