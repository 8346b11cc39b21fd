"""Whether a metric tells a report in other words from one that says something else, over pairs of such rewrites."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from qc.review.agreement import wilson


@dataclass(frozen=True)
class Accuracy:
    """Pairs in which the synonym version scores higher than the antonym version, and in which both score the same.

    `value`: their share, ties counted half; `low`, `high`: its 95 % interval (Wilson). None without pairs.
    """

    metric: str
    pairs: int
    left_out: int
    higher: int
    tied: int
    value: float | None
    low: float | None
    high: float | None


def accuracy(frame: pl.DataFrame, pairs: Sequence[tuple[str, str, str]]) -> list[Accuracy]:
    """`pairs`: a name, the column of the metric on synonym versions, and that on antonym versions.

    A pair with a null (or NaN) is left out, and told.
    """
    return [_accuracy(frame.select(one, other).cast(pl.Float64), name, one, other) for name, one, other in pairs]


def _accuracy(frame: pl.DataFrame, name: str, one: str, other: str) -> Accuracy:
    used = frame.filter(pl.col(one).is_finite() & pl.col(other).is_finite())
    higher, tied = int((used[one] > used[other]).sum()), int((used[one] == used[other]).sum())
    hits, of = higher + tied / 2, len(used)
    known = (hits / of, *wilson(hits, of)) if of else (None, None, None)
    return Accuracy(name, of, len(frame) - of, higher, tied, *known)
