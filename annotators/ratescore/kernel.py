"""RaTEScore between many finding sets, compiled: maxima over the vocabulary per tile, then contiguous sums.

For a tile of `TILE` sets B, gain and weight of *every* vocabulary entry against each B are laid out side by side
(`matches`); how well B covers a set A is then a sum of a few contiguous rows (`covered`). Nothing is approximated
and no candidate is left out. Scores are whole numbers of `1 / SCALE`, so that the last bits of a float decide no
tie; sums run in the order of the vocabulary, so that sets that differ only in order score alike.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.ratescore.places import MOST, SCALE

TILE: Final = 32
"""Sets side by side; a power of two. The tile of an 8,000-word vocabulary takes 2 MB."""


KINDS: Final = 6
"""The types of `RATE_TYPES`, and behind them that of the entry which stands for an empty set."""


class Vocabulary(NamedTuple):
    """Entries are distinct (term, type): `term` is a row of `cosine`; weights are flat, type * `KINDS` + type."""

    cosine: NDArray[np.float32]
    term: NDArray[np.uint32]
    kind: NDArray[np.int32]
    affinity: NDArray[np.float32]
    signed: NDArray[np.float32]


class Sets(NamedTuple):
    """Distinct finding sets. `ids[start[s]:start[s + 1]]`: vocabulary entries in report order.

    `sums[sum_start[s]:sum_start[s + 1]]`: the same in rising order, padded to an even number with the entry
    behind the last, whose gain and weight are 0.
    """

    ids: NDArray[np.uint32]
    start: NDArray[np.int64]
    sums: NDArray[np.uint32]
    sum_start: NDArray[np.int64]


@compiled
def matches(vocabulary, sets, first, count, best, kind, out):
    """Fill `out[v, lane]` with the gain and `out[v, TILE + lane]` with the weight of entry v against each set."""
    for lane in range(count):
        begin, end = sets.start[first + lane], sets.start[first + lane + 1]
        _best_terms(vocabulary, sets.ids[begin:end], best, kind)
        for v in range(vocabulary.term.size):
            t = vocabulary.term[v]
            pair = vocabulary.kind[v] * KINDS + kind[t]
            out[v, lane] = best[t] * vocabulary.signed[pair]
            out[v, TILE + lane] = vocabulary.affinity[pair]


@compiled
def _best_terms(vocabulary, ids, best, kind):
    """The highest similarity of every term to the entities `ids`, and the type of the first that reaches it."""
    row = vocabulary.cosine[vocabulary.term[ids[0]]]
    first = vocabulary.kind[ids[0]]
    for t in range(best.size):
        best[t] = row[t]
        kind[t] = first
    for v in ids[1:]:
        row = vocabulary.cosine[vocabulary.term[v]]
        other = vocabulary.kind[v]
        for t in range(best.size):
            kind[t] = other if row[t] > best[t] else kind[t]
            best[t] = max(row[t], best[t])


@compiled
def cover(table, sums, start, begin, end, out):
    """`out[s - begin, lane]`: how well each set of the tile covers set s; 0 where all weights are 0.

    `table`: see `matches`; `sums`, `start`: see `Sets`. Two rows at a time: sets are padded to an even size.
    """
    total = np.empty(2 * TILE, np.float32)
    for s in range(begin, end):
        a, b = np.uint64(sums[start[s]]), np.uint64(sums[start[s] + 1])
        for lane in range(2 * TILE):
            total[lane] = table[a, lane] + table[b, lane]
        for p in range(start[s] + 2, start[s + 1], 2):
            a, b = np.uint64(sums[p]), np.uint64(sums[p + 1])
            for lane in range(2 * TILE):
                total[lane] += table[a, lane] + table[b, lane]
        for lane in range(TILE):
            weight = total[TILE + lane]
            out[s - begin, lane] = total[lane] / weight if weight != 0 else np.float32(0)


@compiled
def combine(forth, back, out):
    """`out[j, i]` from `forth[i, j]` and `back[j, i]`: the harmonic mean in whole steps of `1 / SCALE`.

    0 where their sum is 0; cut off at +-`MOST`.
    """
    for j in range(TILE):
        for i in range(TILE):
            total = forth[i, j] + back[j, i]
            value = np.float32(2) * forth[i, j] * back[j, i] / total if total != 0 else np.float32(0)
            value = min(max(value, np.float32(-MOST)), np.float32(MOST - 1))
            out[j, i] = np.int32(np.rint(value * np.float32(SCALE)))


@compiled
def turn(square, out):
    """`out[i, j] = square[j, i]`, both `TILE` square."""
    for j in range(TILE):
        for i in range(TILE):
            out[i, j] = square[j, i]


def vocabulary_of(
    cosine: NDArray[np.float32], term: NDArray, kind: NDArray, affinity: NDArray, signed: NDArray
) -> Vocabulary:
    """The arrays in the types the kernel is compiled for. `affinity` and `signed`: 5 x 5 (`weights.load`)."""
    affinity, signed = (np.pad(w, (0, KINDS - len(w)), constant_values=1) for w in (affinity, signed))
    return Vocabulary(
        cosine,
        np.ascontiguousarray(term, np.uint32),
        np.ascontiguousarray(kind, np.int32),
        np.ascontiguousarray(affinity, np.float32).ravel(),
        np.ascontiguousarray(signed, np.float32).ravel(),
    )


def with_nothing(vocabulary: Vocabulary, score: float) -> Vocabulary:
    """With one more entry, the last: a set of it alone scores `score` with every set, itself included.

    It is as similar to everything as `score` says, and its own type weighs 1 with every type, so precision and
    recall are `score`. The package gives 0.5 where a side has no entity. Copies the cosines into memory.
    """
    return vocabulary._replace(
        cosine=np.pad(vocabulary.cosine, (0, 1), constant_values=score),
        term=np.append(vocabulary.term, np.uint32(len(vocabulary.cosine))),
        kind=np.append(vocabulary.kind, np.int32(KINDS - 1)),
    )


def sets_of(ids: NDArray[np.uint32], start: NDArray[np.int64], n_vocabulary: int) -> Sets:
    """Sets from their entries in report order (`ids[start[s]:start[s + 1]]`, none empty)."""
    size = np.diff(start)
    even = size + size % 2
    sum_start = np.concatenate(([0], np.cumsum(even))).astype(np.int64)
    owner = np.repeat(np.arange(size.size), size)
    rising = ids[np.lexsort((ids, owner))]
    sums = np.full(sum_start[-1], n_vocabulary, np.uint32)
    sums[np.arange(ids.size) - start[owner] + sum_start[owner]] = rising
    return Sets(np.ascontiguousarray(ids, np.uint32), start.astype(np.int64), sums, sum_start)
