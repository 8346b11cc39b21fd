"""Which candidates a query keeps, compiled: the k best studies, and a sample of finding sets per stratum.

A candidate's place is one whole number: its score above, a hash of (query, candidate) below. So equal scores are
ordered by the hash, never by where a study happens to lie, and merging parts gives what one pass would have given.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.ratescore.kernel import TILE
from annotators.ratescore.places import MOST, N_STRATA, SCALE, TIE_BITS

HIGH: Final = np.int32(SCALE * 3 // 4)
MIDDLE: Final = np.int32(SCALE // 2)
_LOWEST: Final = MOST * SCALE
_NOBODY: Final = np.int32(-(1 << 30))
_FULL: Final = np.uint32(0xFFFFFFFF)


class Studies(NamedTuple):
    """The studies of a block: `members[member_start[s]:member_start[s + 1]]` are those of finding set s.

    `seed`: hash of the id; `patient`, `group`: numbers, -1 for unknown. Equal ones are no candidates of each other.
    """

    number: NDArray[np.uint32]
    seed: NDArray[np.uint64]
    patient: NDArray[np.int32]
    group: NDArray[np.int32]
    members: NDArray[np.int32]
    member_start: NDArray[np.int64]
    set_seed: NDArray[np.uint32]


class Kept(NamedTuple):
    """What the queries of a block have kept so far.

    Per study a buffer of twice the wanted length, `place[q, :size[q]]` and the studies in `who`: when it is full,
    the better half stays, `bar[q]` is its lowest place and `tied[q]` counts the candidates that score like it and
    were left out. Per set: `floor[s]`, the lowest score still of interest to one of its studies, and per stratum
    the sets with the lowest hashes (`draw`, rising), where they lie, what they score, and the highest such hash.
    """

    place: NDArray[np.uint64]
    who: NDArray[np.int32]
    size: NDArray[np.int32]
    bar: NDArray[np.uint64]
    tied: NDArray[np.int32]
    floor: NDArray[np.int32]
    draw: NDArray[np.uint32]
    drawn: NDArray[np.int32]
    drawn_score: NDArray[np.int32]
    limit: NDArray[np.uint32]


def nothing_kept(studies: Studies, top_k: int, sample: int) -> Kept:
    """The state before the first candidate."""
    n, s = studies.number.size, studies.set_seed.size
    return Kept(
        np.zeros((n, 2 * top_k), np.uint64),
        np.zeros((n, 2 * top_k), np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint64),
        np.zeros(n, np.int32),
        np.full(s, _NOBODY, np.int32),
        np.full((s, N_STRATA, sample), _FULL, np.uint32),
        np.full((s, N_STRATA, sample), -1, np.int32),
        np.zeros((s, N_STRATA, sample), np.int32),
        np.full((s, N_STRATA), _FULL, np.uint32),
    )


@compiled
def mix64(x):
    """The finaliser of SplitMix64: every bit of x in every bit of the result."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def place_of(score, seed_query, seed_candidate):
    """Score above, hash of (query, candidate) below."""
    tie = mix64(seed_query ^ mix64(seed_candidate)) >> (np.uint64(64) - TIE_BITS)
    return (np.uint64(score + _LOWEST) << TIE_BITS) | tie


@compiled
def score_of(place):
    """The score within a place, in steps of `1 / SCALE`."""
    return np.int32(np.int64(place >> TIE_BITS) - _LOWEST)


@compiled
def set_hash(a, b):
    """A hash of two finding sets, the same either way round (the finaliser of MurmurHash3 over their sum)."""
    x = np.uint32(a + b)
    x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    x = np.uint32((x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(x ^ (x >> np.uint32(16)))


@compiled
def other_hash(x):
    """A second hash from the first, for the stratum that samples whatever the score."""
    x = np.uint32(x * np.uint32(0x9E3779B1))
    return np.uint32(x ^ (x >> np.uint32(15)))


@compiled
def offer(score, rows, lanes, queries, candidates, kept):
    """Offer the candidate sets `lanes` (first, count) to the query sets `rows`; `score[row, lane]` is `TILE` square."""
    seeds, wanted = np.zeros(TILE, np.uint32), np.zeros(TILE, np.uint32)
    for lane in range(lanes[1]):
        seeds[lane] = candidates.set_seed[lanes[0] + lane]
    _wanted(score, seeds, queries.set_seed, kept.floor, kept.limit, rows[0], rows[1], wanted)
    _sample(score, wanted, rows, lanes, seeds, queries.set_seed, kept.draw, kept.drawn, kept.drawn_score, kept.limit)
    _offer_studies(score, wanted, rows, lanes, queries, candidates, kept)


@compiled
def _wanted(score, seeds, seed, floor, limit, first, count, wanted):
    """One bit per lane that may be kept; without branches, so that it runs on whole vectors."""
    for row in range(count):
        q = first + row
        high, middle, low, anyone = limit[q, 0], limit[q, 1], limit[q, 2], limit[q, 3]
        own, lowest = seed[q], floor[q]
        found = np.uint32(0)
        for lane in range(TILE):
            x = score[row, lane]
            h = set_hash(own, seeds[lane])
            bound = high if x >= HIGH else (middle if x >= MIDDLE else low)
            keep = np.uint32(x >= lowest) | np.uint32(h < bound) | np.uint32(other_hash(h) < anyone)
            found |= np.uint32(keep << np.uint32(lane))
        wanted[row] = found


@compiled
def _offer_studies(score, wanted, rows, lanes, queries, candidates, kept):
    """Every study of a set to every study of the other; a set's floor rises when all its buffers have a bar."""
    place, who, size, bar, tied, floor = kept.place, kept.who, kept.size, kept.bar, kept.tied, kept.floor
    members, start = queries.members, queries.member_start
    others, other_start = candidates.members, candidates.member_start
    for row in range(rows[1]):
        s = rows[0] + row
        for lane in range(lanes[1]):
            x = score[row, lane]
            if not (wanted[row] >> np.uint32(lane)) & np.uint32(1) or x < floor[s]:
                continue
            lowest = np.int32(_LOWEST)
            for m in range(start[s], start[s + 1]):
                q = members[m]
                number, patient, group, seed = queries.number[q], queries.patient[q], queries.group[q], queries.seed[q]
                for n in range(other_start[lanes[0] + lane], other_start[lanes[0] + lane + 1]):
                    c = others[n]
                    same = patient >= 0 and patient == candidates.patient[c]
                    if same or (group >= 0 and group == candidates.group[c]) or number == candidates.number[c]:
                        continue
                    rank = place_of(x, seed, candidates.seed[c])
                    if rank > bar[q]:
                        place[q, size[q]], who[q, size[q]] = rank, c
                        size[q] += 1
                        if size[q] == place.shape[1]:
                            shorten(place, who, q, size, bar, tied)
                    elif x == score_of(bar[q]):
                        tied[q] += 1
                lowest = min(lowest, score_of(bar[q]) if bar[q] else _NOBODY)
            floor[s] = lowest


@compiled
def shorten(place, who, q, size, bar, tied):
    """Keep the better half of the buffer of q (nothing where it is not longer), and set its bar."""
    k, n = place.shape[1] // 2, size[q]
    if n <= k:
        return
    _best_first(place[q], who[q], n, k)
    lowest = place[q, 0]
    for i in range(1, k):
        lowest = min(lowest, place[q, i])
    if bar[q] == 0 or score_of(lowest) > score_of(bar[q]):
        tied[q] = 0
    for i in range(k, n):
        if score_of(place[q, i]) == score_of(lowest):
            tied[q] += 1
    size[q], bar[q] = k, lowest


@compiled
def _best_first(place, who, n, k):
    """Quickselect: the k highest places of the first n come first, in any order."""
    low, high = 0, n - 1
    while low < high:
        pivot, i, j = place[(low + high) // 2], low, high
        while i <= j:
            while place[i] > pivot:
                i += 1
            while place[j] < pivot:
                j -= 1
            if i <= j:
                place[i], place[j], who[i], who[j] = place[j], place[i], who[j], who[i]
                i, j = i + 1, j - 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            return


@compiled
def _sample(score, wanted, rows, lanes, seeds, seed, draw, drawn, drawn_score, limit):
    """Draw candidate sets for the stratum of their score, and for the stratum of all scores."""
    for row in range(rows[1]):
        s = rows[0] + row
        for lane in range(lanes[1]):
            if not (wanted[row] >> np.uint32(lane)) & np.uint32(1):
                continue
            x, hashed = score[row, lane], set_hash(seed[s], seeds[lane])
            stratum = 0 if x >= HIGH else (1 if x >= MIDDLE else 2)
            for _ in range(2):
                if hashed < limit[s, stratum]:
                    i = draw.shape[2] - 1
                    while i > 0 and draw[s, stratum, i - 1] > hashed:
                        draw[s, stratum, i] = draw[s, stratum, i - 1]
                        drawn[s, stratum, i] = drawn[s, stratum, i - 1]
                        drawn_score[s, stratum, i] = drawn_score[s, stratum, i - 1]
                        i -= 1
                    draw[s, stratum, i], drawn[s, stratum, i] = hashed, lanes[0] + lane
                    drawn_score[s, stratum, i] = x
                    limit[s, stratum] = draw[s, stratum, draw.shape[2] - 1]
                hashed, stratum = other_hash(hashed), 3
