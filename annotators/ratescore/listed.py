"""Scores of single pairs of finding sets, compiled: to the last bit what the kernel of all pairs gives them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.ratescore.compiled import compiled
from annotators.ratescore.kernel import KINDS, Sets, Vocabulary
from annotators.ratescore.places import MOST, SCALE
from annotators.ratescore.selection import Studies

_ZERO: Final = np.float32(0)


def score_listed(
    vocabulary: Vocabulary, sets: Sets, left: NDArray[np.integer], right: NDArray[np.integer]
) -> NDArray[np.float32]:
    """RaTEScore of sets `left[i]` and `right[i]`, in steps of `1 / SCALE`; equal for both orders of a pair."""
    steps = np.empty(len(left), np.int32)
    _score(vocabulary, sets, np.asarray(left, np.int64), np.asarray(right, np.int64), steps)
    return (steps / np.float32(SCALE)).astype(np.float32)


def count_above(
    vocabulary: Vocabulary, sets: Sets, studies: Studies, wanted: NDArray[np.bool_], bound: float
) -> NDArray[np.int64]:
    """Per study that is `wanted`, how many of its candidates score above `bound`; 0 for the others.

    Who is no candidate of whom is decided as in ranking: the study itself, its patient's, and its group's.
    """
    counts = np.zeros(studies.number.size, np.int64)
    steps = int(np.floor(np.float64(np.float32(bound)) * SCALE))
    _count(vocabulary, sets, studies, wanted, steps, counts)
    return counts


@compiled
def _count(vocabulary, sets, studies, wanted, bound, out):
    members, start = studies.members, studies.member_start
    asked = np.zeros(start.size - 1, np.bool_)
    for s in range(start.size - 1):
        for m in members[start[s] : start[s + 1]]:
            asked[s] |= wanted[m]
    for s in range(start.size - 1):
        if not asked[s]:
            continue
        for t in range(start.size - 1):
            if _steps(vocabulary, sets, s, t) > bound:
                for q in members[start[s] : start[s + 1]]:
                    if wanted[q]:
                        for c in members[start[t] : start[t + 1]]:
                            out[q] += not _barred(studies, q, c)


@compiled
def _barred(studies, q, c):
    same = studies.patient[q] >= 0 and studies.patient[q] == studies.patient[c]
    return same or (studies.group[q] >= 0 and studies.group[q] == studies.group[c]) or q == c


@compiled
def _score(vocabulary, sets, left, right, out):
    for i in range(left.size):
        out[i] = _steps(vocabulary, sets, left[i], right[i])


@compiled
def _steps(vocabulary, sets, a, b):
    """The score of sets a and b in whole steps, as `kernel.combine` rounds and cuts it off."""
    forth, back = _cover(vocabulary, sets, a, b), _cover(vocabulary, sets, b, a)
    total = forth + back
    value = np.float32(2) * forth * back / total if total != 0 else _ZERO
    value = min(max(value, np.float32(-MOST)), np.float32(MOST - 1))
    return np.int32(np.rint(value * np.float32(SCALE)))


@compiled
def _cover(vocabulary, sets, a, b):
    """How well set b covers set a, summed in the order of the vocabulary and two by two, as `kernel.cover` does."""
    others = sets.ids[sets.start[b] : sets.start[b + 1]]
    gain, weight = _ZERO, _ZERO
    for p in range(sets.sum_start[a], sets.sum_start[a + 1], 2):
        gain_one, weight_one = _match(vocabulary, sets.sums[p], others)
        gain_two, weight_two = _match(vocabulary, sets.sums[p + 1], others)
        gain += gain_one + gain_two
        weight += weight_one + weight_two
    return gain / weight if weight != 0 else _ZERO


@compiled
def _match(vocabulary, v, others):
    """Gain and weight of entry v against its most similar one of `others`; 0 for the entry that only pads."""
    if v == vocabulary.term.size:
        return _ZERO, _ZERO
    term = vocabulary.term[v]
    best, kind = vocabulary.cosine[vocabulary.term[others[0]], term], vocabulary.kind[others[0]]
    for i in range(1, others.size):
        similar = vocabulary.cosine[vocabulary.term[others[i]], term]
        if similar > best:
            best, kind = similar, vocabulary.kind[others[i]]
    pair = vocabulary.kind[v] * KINDS + kind
    return best * vocabulary.signed[pair], vocabulary.affinity[pair]
