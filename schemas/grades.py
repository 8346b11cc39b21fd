"""Integer grades of a similarity score, for every format and measure that wants integers."""

from typing import Final

import polars as pl

POSITIVE: Final = 0.90
"""RadIR counts a candidate as relevant when its score lies above this (arXiv 2503.04653)."""

GRADE_ABOVE: Final[tuple[float, ...]] = (0.50, 0.75, POSITIVE)
"""A score above the n-th bound has at least grade n + 1. 0.75 is RadIR's bound for a training positive."""

QRELS_DEFS: Final[dict[int, str]] = {
    3: "score above 0.90: says nearly the same (RadIR's positive)",
    2: "score above 0.75 up to 0.90: shares most of what is said (RadIR's bound for training positives)",
    1: "score above 0.50 up to 0.75: shares some of it",
    0: "score up to 0.50: judged, not relevant",
}


def grade(score: pl.Expr) -> pl.Expr:
    """Grade 0 to 3 of a score as Int8. A score is compared as the Float32 it is stored as."""
    bounds = [pl.lit(bound, pl.Float32) for bound in GRADE_ABOVE]
    return pl.sum_horizontal((score.cast(pl.Float32) > bound).cast(pl.Int8) for bound in bounds).cast(pl.Int8)
