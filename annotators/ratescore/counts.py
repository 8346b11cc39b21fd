"""How many candidates of a study score above a bound, compiled: the pairs of two blocks as in ranking, only counted."""

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.ratescore.blocks import spans
from annotators.ratescore.kernel import TILE, Sets, Vocabulary, combine, cover, matches
from annotators.ratescore.places import SCALE
from annotators.ratescore.selection import Studies


def count_above(
    vocabulary: Vocabulary, asked: Sets, others: Sets, of_asked: Studies, of_others: Studies, bound: float
) -> NDArray[np.int64]:
    """Per study of `of_asked`, how many of `of_others` are its candidates and score above `bound` (as float32).

    Who is no candidate of whom is decided as in ranking: the study itself, its patient's, and its group's.
    """
    counts = np.zeros(of_asked.number.size, np.int64)
    steps = int(np.floor(np.float64(np.float32(bound)) * SCALE))
    for begin, end in spans(asked):
        for begin2, end2 in spans(others):
            _square(vocabulary, asked, others, of_asked, of_others, (begin, end, begin2, end2), steps, counts)
    return counts


@compiled
def _square(vocabulary, a, b, of_a, of_b, square, bound, counts):
    """Sets `square[:2]` of a against sets `square[2:]` of b; the arrays are those of `blocks`."""
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
    back, score = np.zeros((TILE, TILE), np.float32), np.zeros((TILE, TILE), np.int32)
    for first in range(a0, a1, TILE):
        lanes = min(TILE, a1 - first)
        matches(vocabulary, a, first, lanes, best, kind, table)
        for tile in range(n_tiles):
            begin = b0 + tile * TILE
            rows = min(TILE, b1 - begin)
            cover(table, b.sums, b.sum_start, begin, begin + rows, back)
            combine(a_by_b[tile, first - a0 : first - a0 + TILE], back, score)
            for row in range(rows):
                for lane in range(lanes):
                    if score[row, lane] > bound:
                        _count(of_a, first + lane, of_b, begin + row, counts)


@compiled
def _count(of_a, s, of_b, t, counts):
    """Every study of set s of a has those of set t of b that are its candidates."""
    for q in of_a.members[of_a.member_start[s] : of_a.member_start[s + 1]]:
        number, patient, group = of_a.number[q], of_a.patient[q], of_a.group[q]
        for c in of_b.members[of_b.member_start[t] : of_b.member_start[t + 1]]:
            same = patient >= 0 and patient == of_b.patient[c]
            barred = same or (group >= 0 and group == of_b.group[c]) or number == of_b.number[c]
            counts[q] += not barred
