"""RaTEScore of one pair, written as the definition reads: the reference the fast kernel is held to."""

import numpy as np
from numpy.typing import NDArray

from annotators.ratescore.weights import Weights, load


def directed(
    cosine: NDArray[np.float32], types_a: NDArray[np.integer], types_b: NDArray[np.integer], w: Weights
) -> float:
    """How well B covers A: every entity of A against its most similar one of B, whatever its type.

    `cosine`: [entities of A, entities of B]. Ties of the arg-max go to the first in report order.
    """
    best = cosine.argmax(axis=1)
    pair = (types_a, types_b[best])
    weight = w.affinity[pair].astype(np.float64)
    gain = w.signed[pair].astype(np.float64) * cosine[np.arange(len(best)), best]
    total = weight.sum()
    return float(gain.sum() / total) if total else 0.0


def score(
    cosine: NDArray[np.float32],
    types_a: NDArray[np.integer],
    types_b: NDArray[np.integer],
    weights: Weights | None = None,
    *,
    empty: float | None = None,
) -> float | None:
    """The RaTEScore of two lists of entities, at most 1 where no similarity is negative; equal for (A, B) and (B, A).

    `cosine`: [entities of A, entities of B], `types_*`: positions in `RATE_TYPES`, both in report order.
    Returns `empty` where a side has no entity: null, as nothing can be said; the package returns 0.5.
    """
    if not len(types_a) or not len(types_b):
        return empty
    w = weights or load()
    precision, recall = directed(cosine, types_a, types_b, w), directed(cosine.T, types_b, types_a, w)
    return harmonic(precision, recall)


def harmonic(precision: float, recall: float) -> float:
    """2PR / (P + R), and 0 where P + R = 0; near P = -R it has a pole."""
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
