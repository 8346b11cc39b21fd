"""Scores of single pairs of finding sets, compiled: to the last bit what the kernel of all pairs gives them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.ratescore.kernel import KINDS, Sets, Vocabulary
from annotators.ratescore.places import MOST, SCALE

_ZERO: Final = np.float32(0)


def score_listed(
    vocabulary: Vocabulary, sets: Sets, left: NDArray[np.integer], right: NDArray[np.integer]
) -> NDArray[np.float32]:
    """RaTEScore of sets `left[i]` and `right[i]`, in steps of `1 / SCALE`; equal for both orders of a pair."""
    steps = np.empty(len(left), np.int32)
    _score(vocabulary, sets, np.asarray(left, np.int64), np.asarray(right, np.int64), steps)
    return (steps / np.float32(SCALE)).astype(np.float32)


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
