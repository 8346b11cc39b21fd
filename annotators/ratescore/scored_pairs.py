"""What RaTEScore says of pairs: a frame of scores, and one that explains them entity by entity."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.ratescore.read_reports import ReadReports
from annotators.ratescore.weights import Weights
from schemas.words import RATE_TYPES

DIRECTIONS = ("precision", "recall")
"""An entity of the candidate looked up in the reference, and the other way round."""


@dataclass
class Steps:
    """Seconds per step of the work."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add what the block takes."""
        begin = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - begin


@dataclass(frozen=True)
class ScoredPairs:
    """Of n pairs: `reports` holds n candidates and then n references; the rest is per entity.

    `match`: the most similar entity of the other report, -1 where it has none; `weight`, `penalty`: what counts of
    their `cosine`.
    """

    reports: ReadReports
    match: NDArray[np.int64]
    cosine: NDArray[np.float64]
    weight: NDArray[np.float64]
    penalty: NDArray[np.float64]
    empty: float | None
    seconds: dict[str, float]

    @classmethod
    def of(
        cls,
        reports: ReadReports,
        match: NDArray[np.int64],
        cosine: NDArray[np.float64],
        weights: Weights,
        empty: float | None,
        steps: Steps,
    ) -> "ScoredPairs":
        """Weigh the matches."""
        pair = reports.type, reports.type[match]
        there = match >= 0
        weight = np.where(there, weights.affinity[pair], 0).astype(np.float64)
        penalty = np.where(there, weights.penalty[pair], 1).astype(np.float64)
        return cls(reports, match, cosine, weight, penalty, empty, steps.seconds)

    @cached_property
    def scores(self) -> pl.DataFrame:
        """One row per pair: `pair` (its place), `score`, `precision`, `recall`, and the entities of either side.

        Precision: how well the reference covers the candidate. Where a side has no entity both are null, and the
        score is what was asked for. 0 where both add up to 0.
        """
        owner, n = self.reports.report, (self.reports.first.size - 1) // 2
        gain = np.bincount(owner, self.weight * self.penalty * self.cosine, 2 * n)
        total = np.bincount(owner, self.weight, 2 * n)
        covered = np.divide(gain, total, out=np.zeros(2 * n), where=total > 0)
        sizes = np.diff(self.reports.first)
        frame = pl.DataFrame(
            {
                "pair": np.arange(n),
                "precision": covered[:n],
                "recall": covered[n:],
                "candidate_entities": sizes[:n],
                "reference_entities": sizes[n:],
            }
        )
        precision, recall = pl.col("precision"), pl.col("recall")
        both = (pl.col("candidate_entities") > 0) & (pl.col("reference_entities") > 0)
        mean = pl.when(precision + recall != 0).then(2 * precision * recall / (precision + recall)).otherwise(0.0)
        return frame.select(
            "pair",
            score=pl.when(both).then(mean).otherwise(pl.lit(self.empty, pl.Float64)),
            precision=pl.when(both).then(precision),
            recall=pl.when(both).then(recall),
            candidate_entities="candidate_entities",
            reference_entities="reference_entities",
        )

    @cached_property
    def matches(self) -> pl.DataFrame:
        """One row per entity of either report, in the order of pairs, candidate before reference, and words.

        `pair`, `direction`; `entity`, `type`, `start`, `end`: characters of its own report; the same of its match, null
        where the other report has no entity; `cosine`, `weight`, `penalty` (below 1 where one says that something is
        there and the other that it is not).
        """
        reports, n = self.reports, (self.reports.first.size - 1) // 2
        types = pl.Enum(RATE_TYPES)
        words = pl.Series(reports.words, dtype=pl.String)
        kinds = pl.Series(reports.type.astype(np.uint8)).cat.to(types)
        other = pl.Series(self.match).replace(-1, None)
        sided = pl.DataFrame(
            {
                "pair": reports.report % max(n, 1),
                "direction": pl.Series((reports.report >= n).astype(np.uint8)).cat.to(pl.Enum(DIRECTIONS)),
                "entity": words,
                "type": kinds,
                "start": reports.start,
                "end": reports.end,
                "match": words.gather(other),
                "match_type": kinds.gather(other),
                "match_start": pl.Series(reports.start).gather(other),
                "match_end": pl.Series(reports.end).gather(other),
                "cosine": self.cosine,
                "weight": self.weight,
                "penalty": self.penalty,
            }
        )
        known = pl.col("match").is_not_null()
        measured = sided.with_columns(pl.when(known).then(pl.col("cosine", "weight", "penalty")))
        return measured.sort("pair", "direction", maintain_order=True)
