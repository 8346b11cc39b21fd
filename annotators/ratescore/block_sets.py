"""A block of finding sets as the kernel wants it, and what its studies have kept as plain arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.ratescore.kernel import Sets, Vocabulary, sets_of
from annotators.ratescore.places import N_STRATA, Chosen
from annotators.ratescore.selection import Kept, Studies, place_of, shorten

NOBODY = np.uint32(0xFFFFFFFF)
"""Stands where there is no candidate; its place is 0."""


class Block(NamedTuple):
    """Studies of one key with their distinct finding sets; `entries` are those of the sets, flat."""

    studies: Studies
    entries: NDArray[np.uint32]
    start: NDArray[np.int64]
    marks: NDArray[np.uint8]


def block_of(
    columns: dict[str, NDArray], entries: NDArray[np.uint32], size: NDArray[np.int64], marks: NDArray[np.uint8]
) -> Block:
    """Studies of equal `set_seed` share a set. `entries`: of all studies, flat; `marks`: [study, attribute] bits."""
    seeds, first, inverse = np.unique(columns["set_seed"], return_index=True, return_inverse=True)
    members = np.argsort(inverse, kind="stable").astype(np.int32)
    counts = np.bincount(inverse, minlength=seeds.size)
    begin = np.concatenate(([0], np.cumsum(size)))[first]
    start = np.concatenate(([0], np.cumsum(size[first])))
    taken = np.arange(start[-1]) + np.repeat(begin - start[:-1], size[first])
    studies = Studies(
        np.array(columns["number"], np.uint32),
        np.array(columns["seed"], np.uint64),
        np.array(columns["patient"], np.int32),
        np.array(columns["group"], np.int32),
        members,
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        (seeds >> np.uint64(32)).astype(np.uint32),
    )
    return Block(studies, entries[taken].astype(np.uint32), start.astype(np.int64), np.array(marks, np.uint8))


def narrowed(vocabulary: Vocabulary, *blocks: Block) -> tuple[Vocabulary, list[Sets]]:
    """The vocabulary cut down to what the blocks use, and their sets in its numbers (in the same order)."""
    used = np.unique(np.concatenate([block.entries for block in blocks]))
    rows, term = np.unique(vocabulary.term[used], return_inverse=True)
    cosine = vocabulary.cosine
    if 2 * rows.size**2 < cosine.shape[0] ** 2:
        cosine = np.ascontiguousarray(cosine[np.ix_(rows, rows)])
    else:
        term = vocabulary.term[used]
    small = Vocabulary(
        cosine, term.astype(np.uint32), vocabulary.kind[used].copy(), vocabulary.affinity, vocabulary.signed
    )
    return small, [sets_of(np.searchsorted(used, b.entries).astype(np.uint32), b.start, used.size) for b in blocks]


def chosen(queries: Block, candidates: Block, kept: Kept) -> Chosen:
    """What the queries kept of the candidates, by number instead of position."""
    n, k = kept.place.shape[0], kept.place.shape[1] // 2
    draws = N_STRATA * kept.draw.shape[2]
    place, who = np.zeros((n, k), np.uint64), np.zeros((n, k), np.int32)
    key, drawn_place = np.full((n, draws), NOBODY), np.zeros((n, draws), np.uint64)
    drawn = np.zeros((n, draws), np.int32)
    _finish(queries.studies, candidates.studies, kept, place, who, key, drawn_place, drawn)
    return Chosen(
        place,
        np.where(place > 0, candidates.studies.number[who], NOBODY),
        _agreement(queries.marks, candidates.marks, who),
        kept.bar,
        kept.tied,
        key,
        drawn_place,
        np.where(drawn_place > 0, candidates.studies.number[drawn], NOBODY),
        _agreement(queries.marks, candidates.marks, drawn),
    )


def _agreement(queries: NDArray[np.uint8], candidates: NDArray[np.uint8], who: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Per attribute two bits: something is said of it by either, and both say the same."""
    bits = np.zeros(who.shape, np.uint8)
    for attribute in range(queries.shape[1]):
        own, other = queries[:, attribute, None], candidates[:, attribute][who]
        bits |= ((own | other) > 0).astype(np.uint8) << np.uint8(2 * attribute)
        bits |= (own == other).astype(np.uint8) << np.uint8(2 * attribute + 1)
    return bits


@compiled
def _finish(queries, candidates, kept, place, who, key, drawn_place, drawn):
    """Shorten every buffer, and give every drawn set the study of the lowest place that may be a candidate."""
    draws = kept.draw.shape[2]
    for s in range(queries.member_start.size - 1):
        for m in range(queries.member_start[s], queries.member_start[s + 1]):
            q = queries.members[m]
            shorten(kept.place, kept.who, q, kept.size, kept.bar, kept.tied)
            for i in range(kept.size[q]):
                place[q, i], who[q, i] = kept.place[q, i], kept.who[q, i]
            for slot in range(key.shape[1]):
                c = kept.drawn[s, slot // draws, slot % draws]
                if c >= 0:
                    key[q, slot] = kept.draw[s, slot // draws, slot % draws]
                    score = kept.drawn_score[s, slot // draws, slot % draws]
                    _lowest_member(queries, q, candidates, c, score, slot, drawn_place, drawn)


@compiled
def _lowest_member(queries, q, candidates, c, score, slot, drawn_place, drawn):
    for n in range(candidates.member_start[c], candidates.member_start[c + 1]):
        o = candidates.members[n]
        same = queries.patient[q] >= 0 and queries.patient[q] == candidates.patient[o]
        if same or (queries.group[q] >= 0 and queries.group[q] == candidates.group[o]):
            continue
        if queries.number[q] != candidates.number[o]:
            value = place_of(score, queries.seed[q], candidates.seed[o])
            if drawn_place[q, slot] == 0 or value < drawn_place[q, slot]:
                drawn_place[q, slot], drawn[q, slot] = value, o
