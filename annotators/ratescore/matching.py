"""The most similar entity of the other report, for every entity of listed pairs of reports, compiled."""

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled


def matched(
    vectors: NDArray[np.float32], words: NDArray[np.int32], start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For 2n reports, of which i and n + i are a pair: the match of each entity, and their cosine.

    Report r has the entities `start[r]:start[r + 1]`, in its order; `words`: their rows in `vectors` ([row, dimension],
    the dimension a multiple of eight, padded with zeros). The match is the place of an entity, -1 where the other
    report has none; of equal cosines the first in report order. A string is exactly as similar to itself as 1.

    Only listed pairs are looked at. Products are summed in doubles and in one order, on any processor, so that what is
    equal is equal, and pairs turned round score alike.
    """
    match = np.full(words.size, -1, np.int64)
    cosine = np.zeros(words.size, np.float64)
    _match(vectors, words, start, match, cosine)
    return match, cosine


@compiled
def _match(vectors, words, start, match, cosine):
    n = (start.size - 1) // 2
    for pair in range(n):
        for a in range(start[pair], start[pair + 1]):
            for b in range(start[n + pair], start[n + pair + 1]):
                similar = 1.0
                if words[a] != words[b]:
                    similar = min(max(_product(vectors[words[a]], vectors[words[b]]), -1.0), 1.0)
                if match[a] < 0 or similar > cosine[a]:
                    match[a], cosine[a] = b, similar
                if match[b] < 0 or similar > cosine[b]:
                    match[b], cosine[b] = a, similar


@compiled
def _product(a, b):
    """Eight sums side by side, which a processor adds at once, and which are then added in their order."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range(0, a.size, 8):
        s0 += np.float64(a[i]) * np.float64(b[i])
        s1 += np.float64(a[i + 1]) * np.float64(b[i + 1])
        s2 += np.float64(a[i + 2]) * np.float64(b[i + 2])
        s3 += np.float64(a[i + 3]) * np.float64(b[i + 3])
        s4 += np.float64(a[i + 4]) * np.float64(b[i + 4])
        s5 += np.float64(a[i + 5]) * np.float64(b[i + 5])
        s6 += np.float64(a[i + 6]) * np.float64(b[i + 6])
        s7 += np.float64(a[i + 7]) * np.float64(b[i + 7])
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
