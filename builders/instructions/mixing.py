"""How many instances of each task a mixture has: caps, weights, a temperature, and a target.

A task's part is `weight * size ** (1 / temperature)` of what it has within its cap, as multilingual corpora are mixed
(Conneau et al., arXiv 1911.02116, whose alpha is 1 / temperature). What a task cannot give, for want of instances or
of repetitions, the others give by their parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_STEPS: Final = 200
"""Halvings: more than the digits of a number."""


@dataclass(frozen=True)
class Rule:
    """What is asked of a mixture.

    `target`: instances, or, where `sizes` are given, their sum (tokens, characters); 0: as many as the parts allow
    without leaving one of them short. `repeats`: how often one instance may stand in the mixture.
    """

    target: int = 0
    temperature: float = 1.0
    cap: int = 0
    repeats: int = 1


def drawn(
    available: Sequence[int], weights: Sequence[float], caps: Sequence[int], rule: Rule, sizes: Sequence[float] = ()
) -> np.ndarray:
    """Instances per task, shape (tasks,), int64. `caps`: 0 for none; `sizes`: mean of a task, for a target in these."""
    held = within(available, caps, rule)
    part = np.asarray(weights, float) * np.where(held > 0, held.astype(float), 0) ** (1 / rule.temperature)
    most = held * rule.repeats * (part > 0)
    each = np.asarray(sizes, float) if len(sizes) else np.ones(len(held))
    wanted = _scaled(part, most, each, rule.target)
    return _whole(wanted, most, 0 if len(sizes) else rule.target)


def within(available: Sequence[int], caps: Sequence[int], rule: Rule) -> np.ndarray:
    """What a task has within its cap, shape (tasks,), int64."""
    limits = np.where(np.asarray(caps) > 0, caps, rule.cap)
    return np.where(limits > 0, np.minimum(available, limits), available).astype(np.int64)


def _scaled(part: np.ndarray, most: np.ndarray, each: np.ndarray, target: int) -> np.ndarray:
    """Parts times the one factor that meets the target, none above what there is."""
    some = part > 0
    if not some.any():
        return np.zeros(len(part))
    if not target:
        return part * (most[some] / part[some]).min()
    if (most * each).sum() <= target:
        return most.astype(float)
    low, high = 0.0, float((most[some] / part[some]).max())
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (np.minimum(most, part * middle) * each).sum() < target:
            low = middle
        else:
            high = middle
    return np.minimum(most, part * high)


def _whole(wanted: np.ndarray, most: np.ndarray, target: int) -> np.ndarray:
    """Whole numbers: rounded down, then the largest remainders up until the target of instances is met."""
    near = np.rint(wanted)
    wanted = np.where(np.abs(wanted - near) < 1e-6, near, wanted)
    found = np.minimum(np.floor(wanted).astype(np.int64), most)
    total = min(target, int(most.sum())) if target else round(wanted.sum())
    short = max(0, total - int(found.sum()))
    rest = np.where(found < most, wanted - found, -1.0)
    for at in np.argsort(-rest, kind="stable")[:short]:
        found[at] += 1 if rest[at] >= 0 else 0
    return found
