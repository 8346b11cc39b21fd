"""What the terms of a text say of it, in eight numbers: per weight how dense they are, and how many different ones.

A term inside a longer one that was found too (`blood` in `blood pressure`) does not count again.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.medical_text.matching import Matches
from annotators.medical_text.term_list import WEIGHTS, TermList
from annotators.text_bytes import Texts

NUMBERS: Final = 2 * len(WEIGHTS)
_USUAL: Final = 300.0
"""Bytes of a text whose different terms count as they are; longer ones naturally hold more."""
_GROWTH: Final = 0.6
"""How different terms grow with length: as length to this power (Heaps' law)."""


def term_features(terms: TermList, texts: Texts, found: Matches) -> NDArray[np.float64]:
    """One row of `NUMBERS` per text: square roots of densities by bytes, then logarithms of different terms."""
    nested, weight, length = _nested(terms)
    counted = _counted(found.starts, found.patterns, found.times, *nested, weight, length)
    size = np.maximum(np.diff(texts.start), 1)[:, None].astype(np.float64)
    different = counted[:, len(WEIGHTS) :] / (size / _USUAL) ** _GROWTH
    return np.hstack([np.sqrt(counted[:, : len(WEIGHTS)] / size), np.log1p(different)])


@lru_cache(maxsize=32)
def _nested(terms: TermList) -> tuple[Matches, NDArray[np.int64], NDArray[np.int64]]:
    """Which terms each term holds, and how often; the weight and the bytes of each."""
    length = np.array([len(term.encode()) for term in terms.terms], np.int64)
    return terms.patterns.count(pl.Series(terms.terms)), np.array(terms.weights, np.int64), length


@compiled
def _counted(starts, patterns, times, in_starts, in_patterns, in_times, weight, length):
    """Per text and weight the bytes of its terms, then the number of different ones; terms come longest first."""
    kinds = 4  # len(WEIGHTS)
    out = np.zeros((starts.size - 1, 2 * kinds))
    covered = np.zeros(weight.size, np.int64)
    for t in range(starts.size - 1):
        for k in range(starts[t], starts[t + 1]):
            p = patterns[k]
            alone = times[k] - covered[p]
            if alone <= 0:
                continue
            out[t, weight[p] - 1] += alone * length[p]
            out[t, kinds + weight[p] - 1] += 1
            for j in range(in_starts[p], in_starts[p + 1]):
                if in_patterns[j] != p:
                    covered[in_patterns[j]] += alone * in_times[j]
        for k in range(starts[t], starts[t + 1]):
            covered[patterns[k]] = 0
    return out
