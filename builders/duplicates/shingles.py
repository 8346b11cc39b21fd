"""Shingles: every run of so many words of a text (Broder 1997), as hashes."""

import numpy as np

from annotators.compiled import compiled
from builders.duplicates.words import mixed, next_word

_FACTOR = 0x9E3779B97F4A7C15
MOST = 64
"""Words that a shingle may have."""


@compiled
def power(times):
    """The factor of the word that leaves a window of so many words."""
    value = np.uint64(1)
    for _ in range(times):
        value *= np.uint64(_FACTOR)
    return value


@compiled
def shingled(data, start, end, folded, widths, out):
    """Write the hashes of a text's shingles to `out`, in their order; returns (how many, letters, hash of all words).

    The hash comes in two halves. A shingle ends at every word: `widths[0]` words where that is a word, `widths[1]`
    where it is a character that stands alone. A text that is too short for one has one of all its words; one without
    words has none.
    """
    last = np.zeros(MOST, np.uint64)
    spaced, dense = np.uint64(0), np.uint64(0)
    leaves_spaced, leaves_dense = power(widths[0]), power(widths[1])
    one, two = np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344)
    letters, words, count = 0, 0, 0
    while True:
        start, code, alone, size = next_word(data, start, end, folded)
        if size == 0:
            break
        letters += size
        one = mixed(one ^ code)
        two = (two + code) * np.uint64(_FACTOR)
        two ^= two >> np.uint64(29)
        spaced, dense = spaced * np.uint64(_FACTOR) + code, dense * np.uint64(_FACTOR) + code
        if words >= widths[0]:
            spaced -= last[(words - widths[0]) % MOST] * leaves_spaced
        if words >= widths[1]:
            dense -= last[(words - widths[1]) % MOST] * leaves_dense
        last[words % MOST] = code
        words += 1
        if alone and words >= widths[1]:
            out[count] = mixed(dense)
            count += 1
        elif not alone and words >= widths[0]:
            out[count] = mixed(spaced)
            count += 1
    if count == 0 and words:
        out[0] = one
        count = 1
    return count, letters, one, mixed(two ^ np.uint64(letters))
