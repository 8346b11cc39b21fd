"""Measures of one ranked list per query, as RadIR counts them, and their expectation where scores are tied."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from schemas.grades import POSITIVE

CUTS: Final = (1, 3, 5, 10, 20, 50, 100)
"""The k of RadIR's tables, conditional and unconditional."""


class PerQuery(NamedTuple):
    """Arrays of shape (queries, cuts): hit (0 or 1) and NDCG in the order of the run, and expected over its ties."""

    hit: np.ndarray
    ndcg: np.ndarray
    hit_tied: np.ndarray
    ndcg_tied: np.ndarray


def measure(listed: pl.DataFrame, ideal: np.ndarray, cuts: Sequence[int] = CUTS) -> PerQuery:
    """Measure every query.

    `listed`: `line` (number of the query, from 0), `score` of the run and `gain` (RaTEScore; 0 where
    unjudged), best first within a line. `ideal`: DCG of the best order, shape (queries, cuts).
    Gains are linear, the discount of rank r is log2(r + 1), and 0 stands where the ideal is 0 (RadIR).
    Ties: expectation over all orders of equal scores (McSherry & Najork 2008).
    """
    lines, (line, gain, score) = len(ideal), (listed[c].to_numpy() for c in ("line", "gain", "score"))
    gain = np.maximum(gain.astype(np.float64), 0)
    good = gain > np.float32(POSITIVE)
    position = _positions(line)
    hit, dcg = np.zeros((lines, len(cuts))), np.zeros((lines, len(cuts)))
    for i, k in enumerate(cuts):
        near = position < k
        np.maximum.at(hit[:, i], line[near], good[near].astype(float))
        dcg[:, i] = np.bincount(line[near], gain[near] / np.log2(position[near] + 2), minlength=lines)
    tied = _Ties.of(line, score, position, gain, good)
    hit_tied, dcg_tied = tied.hit(lines, cuts), tied.dcg(lines, cuts)
    return PerQuery(hit, _share(dcg, ideal), hit_tied, _share(dcg_tied, ideal))


def ideal_dcg(gains: pl.DataFrame, lines: int, cuts: Sequence[int] = CUTS) -> np.ndarray:
    """DCG of the judged candidates sorted by gain; `gains`: line, gain, best first within a line."""
    line, gain = gains["line"].to_numpy(), np.maximum(gains["gain"].to_numpy().astype(np.float64), 0)
    position = _positions(line)
    worth = gain / np.log2(position + 2)
    return np.stack([np.bincount(line[position < k], worth[position < k], minlength=lines) for k in cuts], axis=1)


class _Ties(NamedTuple):
    """Runs of equal scores within a line: first position, length, positives, and mean gain."""

    line: np.ndarray
    start: np.ndarray
    length: np.ndarray
    good: np.ndarray
    mean: np.ndarray

    @classmethod
    def of(
        cls, line: np.ndarray, score: np.ndarray, position: np.ndarray, gain: np.ndarray, good: np.ndarray
    ) -> "_Ties":
        new = np.ones(len(line), bool)
        new[1:] = (line[1:] != line[:-1]) | (score[1:] != score[:-1])
        first, number = np.flatnonzero(new), np.cumsum(new) - 1
        length = np.bincount(number, minlength=len(first))
        mean = np.bincount(number, gain, minlength=len(first)) / np.maximum(length, 1)
        return cls(line[first], position[first], length, np.bincount(number, good, minlength=len(first)), mean)

    def dcg(self, lines: int, cuts: Sequence[int]) -> np.ndarray:
        """Every place of a tie holds its mean gain."""
        deepest = max(cuts)
        upto = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(deepest) + 2))])
        found = np.zeros((lines, len(cuts)))
        for i, k in enumerate(cuts):
            places = upto[np.minimum(self.start + self.length, k)] - upto[np.minimum(self.start, k)]
            found[:, i] = np.bincount(self.line, self.mean * places, minlength=lines)
        return found

    def hit(self, lines: int, cuts: Sequence[int]) -> np.ndarray:
        """1 - chance that no positive is drawn into the first k; only the tie across k is left to chance."""
        found = np.zeros((lines, len(cuts)))
        for i, k in enumerate(cuts):
            drawn = np.clip(k - self.start, 0, self.length)
            miss = np.where(drawn > 0, _none_drawn(self.length, self.good, drawn), 1.0)
            none = np.ones(lines)
            np.multiply.at(none, self.line, miss)
            found[:, i] = 1 - none
        return found


def _none_drawn(n: np.ndarray, good: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Chance that `drawn` of `n` without replacement contain none of `good` (hypergeometric)."""
    from scipy.special import gammaln

    bad = n - good
    possible = drawn <= bad
    at = np.where(possible, bad - drawn, 0)
    log = gammaln(bad + 1) - gammaln(at + 1) - gammaln(n + 1) + gammaln(n - drawn + 1)
    return np.where(possible, np.exp(log), 0.0)


def _positions(line: np.ndarray) -> np.ndarray:
    """Place of each row within its line, from 0; equal lines stand together."""
    if not len(line):
        return np.empty(0, np.int64)
    new = np.ones(len(line), bool)
    new[1:] = line[1:] != line[:-1]
    starts = np.flatnonzero(new)
    return np.arange(len(line)) - np.repeat(starts, np.diff(np.append(starts, len(line))))


def _share(dcg: np.ndarray, ideal: np.ndarray) -> np.ndarray:
    return np.divide(dcg, ideal, out=np.zeros_like(dcg), where=ideal > 0)
