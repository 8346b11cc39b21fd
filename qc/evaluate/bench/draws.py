"""Figures of a task with 95 % intervals: draws of its documents with replacement, all items of one together."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import polars as pl

from qc.evaluate.bench.metric import Metric
from qc.evaluate.exams import Share

DRAWS: Final = 1000
_AT_ONCE: Final = 10_000_000
"""Draws times documents in memory."""

Drawn = Mapping[str, tuple[float, np.ndarray]]
"""Per figure its value, and that of every draw."""


def drawn(metric: Metric, sums: Any, documents: pl.Series, seed: str, draws: int = DRAWS) -> Drawn:
    """Of the items of one task. Items of one document say much the same, so that documents are drawn, not items.

    `seed`: equal ones draw the same documents, so that two runs are compared on the same draws.
    """
    from scipy.sparse import csr_array

    names = documents.unique().sort()
    codes = documents.replace_strict(names, np.arange(len(names)), return_dtype=pl.Int64).to_numpy()
    which = csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(names), len(codes)))
    by_document = csr_array(which @ csr_array(sums))
    total = np.asarray(by_document.sum(axis=0)).reshape(1, -1)
    values = metric.figures(total)
    counts = _figures(metric, by_document, _chance(seed), draws)
    return {name: (float(value[0]), counts[name]) for name, value in values.items()}


def _figures(metric: Metric, by_document: Any, chance: np.random.Generator, draws: int) -> Mapping[str, np.ndarray]:
    documents = by_document.shape[0]
    at_once = max(1, _AT_ONCE // max(documents, by_document.shape[1]))
    parts = []
    for first in range(0, draws, at_once):
        rows = min(at_once, draws - first)
        picked = np.stack([np.bincount(chance.integers(0, documents, documents), minlength=documents)
                           for _ in range(rows)])  # fmt: skip
        parts.append(metric.figures(np.asarray((by_document.T @ picked.T.astype(float)).T)))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _chance(seed: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()))


def share_of(value: float, draws: np.ndarray) -> Share | None:
    """The figure with its interval; None where it is of nothing. A hair beyond 1 is rounding."""
    known = draws[~np.isnan(draws)]
    if np.isnan(value) or not len(known):
        return None
    low, high = np.percentile(np.clip(known, 0, 1), [2.5, 97.5])
    return Share(value=min(value, 1.0), low=float(low), high=float(high))
