"""Pairs of reports scored block by block, in bounded memory, with the figures that sum them up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from annotators.ratescore.metric import RateScore
from annotators.ratescore.scored_pairs import ScoredPairs

BLOCK: Final = 2000
"""Pairs scored at a time."""
SCORES: Final = ("score", "precision", "recall", "candidate_entities", "reference_entities")
MATCHES: Final = (
    *("direction", "entity", "type", "start", "end", "match", "match_type", "match_start", "match_end"),
    *("cosine", "weight", "penalty"),
)
_RESAMPLES: Final = 1000
_SEED: Final = 20_240_622


@dataclass
class Tally:
    """Scores so far, seconds per step, and the worst pairs with their matches (`worst`: how many of them)."""

    worst: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    scores: list[pl.DataFrame] = field(default_factory=list)
    shown: pl.DataFrame | None = None
    shown_matches: pl.DataFrame | None = None

    def add(self, pairs: pl.DataFrame, scored: ScoredPairs, scores: pl.DataFrame, matches: pl.DataFrame | None) -> None:
        """Count a block."""
        for step, seconds in scored.seconds.items():
            self.seconds[step] = self.seconds.get(step, 0.0) + seconds
        self.scores.append(scores)
        if self.worst and matches is not None:
            rows = pairs.join(scores, on="id", how="left", maintain_order="left")
            every = rows if self.shown is None else pl.concat([self.shown, rows])
            self.shown = every.sort("score", maintain_order=True, nulls_last=True).head(self.worst)
            known = matches if self.shown_matches is None else pl.concat([self.shown_matches, matches])
            self.shown_matches = known.filter(pl.col("id").is_in(self.shown["id"].implode()))


def scored(
    pairs: pl.DataFrame, metric: RateScore, tally: Tally, explained: bool
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame | None]]:
    """Per block: `id` with `SCORES`, and `id` with `MATCHES` where explanations are wanted."""
    for block in pairs.iter_slices(BLOCK):
        made = metric.score(block["candidate"].to_list(), block["reference"].to_list())
        ids = block["id"]
        scores = made.scores.select(ids, *SCORES)
        matches = None
        if explained or tally.worst:
            own = made.matches
            matches = own.select(ids.gather(own["pair"]).alias("id"), *MATCHES)
            matches = matches.with_columns(pl.col(pl.Enum).cast(pl.String))
        tally.add(block, made, scores, matches)
        yield scores, matches


def summary(scores: pl.Series) -> dict[str, Any]:
    """Pairs, how many have a score, its mean, and the 95 % interval of the mean, by resampling pairs; null for none."""
    known = scores.drop_nulls().to_numpy()
    low, high = _interval(known)
    mean = float(known.mean()) if known.size else None
    return {"pairs": len(scores), "scored": int(known.size), "mean": mean, "low": low, "high": high}


def _interval(values: np.ndarray) -> tuple[float | None, float | None]:
    from scipy.stats import bootstrap

    if values.size < 2:
        return None, None
    drawn = bootstrap(
        (values,), np.mean, n_resamples=_RESAMPLES, batch=max(1, 2_000_000 // values.size), method="percentile",
        rng=np.random.default_rng(_SEED),
    )  # fmt: skip
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)
