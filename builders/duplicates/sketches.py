"""The smallest hashes of a text's shingles, and how alike two texts are by them (bottom-k, Cohen and Kaplan 2007)."""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.text_bytes import texts_of
from builders.duplicates.characters import folded
from builders.duplicates.minhash import Shingling
from builders.duplicates.shingles import shingled
from builders.list_columns import lists_of

SIZE: Final = 2048
"""Hashes kept of a text: all, where it has no more different shingles, and so the similarity of such texts is exact;
else it is estimated, with a standard error of 0.009 at 0.8."""


def sketches(texts: pl.Series, shingling: Shingling) -> pl.Series:
    """Per text the different hashes of its shingles, ascending, `SIZE` at most; 32 bit each."""
    data, starts = texts_of(texts)
    values, ends = _sketched(data, starts, folded(), shingling.widths, SIZE)
    return lists_of(pl.Series(values), np.diff(ends, prepend=0))


def flat(lists: pl.Series) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The values of all lists in a row, and where each begins; the last number is where the last one ends."""
    starts = np.concatenate([[0], np.cumsum(lists.list.len().to_numpy(), dtype=np.int64)])
    return lists.explode(keep_nulls=False, empty_as_null=False).to_numpy(), starts


@compiled
def _sketched(data, starts, folded, widths, most):
    """Flat hashes of all texts, and where each text's end."""
    n = len(starts) - 1
    ends = np.zeros(n, np.int64)
    longest, room = 0, 0
    for text in range(n):
        size = starts[text + 1] - starts[text]
        longest = max(longest, size)
        room += min(most, size // 2 + 2)
    shingles, found = np.empty(longest // 2 + 2, np.uint64), np.empty(room, np.uint32)
    at = 0
    for text in range(n):
        count, _, _, _ = shingled(data, starts[text], starts[text + 1], folded, widths, shingles)
        own = np.sort((shingles[:count] >> np.uint64(32)).astype(np.uint32))
        kept = 0
        for place in range(count):
            if kept < most and (place == 0 or own[place] != own[place - 1]):
                found[at + kept] = own[place]
                kept += 1
        at += kept
        ends[text] = at
    return found[:at].copy(), ends


@compiled
def similarities(left, left_starts, right, right_starts, rows, most):
    """Jaccard similarity of left sketch `rows[i, 0]` and right sketch `rows[i, 1]`: of the `most` least of both."""
    found = np.zeros(len(rows), np.float32)
    for pair in range(len(rows)):
        a, a_end = left_starts[rows[pair, 0]], left_starts[rows[pair, 0] + 1]
        b, b_end = right_starts[rows[pair, 1]], right_starts[rows[pair, 1] + 1]
        union, shared = 0, 0
        while union < most and (a < a_end or b < b_end):
            union += 1
            if b >= b_end or (a < a_end and left[a] < right[b]):
                a += 1
            elif a >= a_end or right[b] < left[a]:
                b += 1
            else:
                shared += 1
                a += 1
                b += 1
        found[pair] = shared / union if union else 0.0
    return found
