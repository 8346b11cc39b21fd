"""Scores of candidates against references: RaTEScore, and the baselines that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from annotators.baselines.baseline import chosen
from annotators.ratescore.embedders import embedder
from annotators.ratescore.lexical import Lexical
from annotators.ratescore.metric import RateScore
from annotators.ratescore.weights import WeightSet
from builders.base import Stage
from schemas.rate_eval import SCORES


@dataclass(frozen=True)
class Metrics:
    """`embedder` and `weights` of RaTEScore, whose entities our rules find; `baselines` by name."""

    embedder: str = "lexical"
    weights: WeightSet = "long"
    baselines: tuple[str, ...] = ()

    version = 1
    data = ("annotators/lexicon/*.tsv", "annotators/ratescore/*.tsv", "schemas/anatomy.tsv")

    def of(self, candidates: pl.Series, references: pl.Series, end: str = "") -> list[pl.Series]:
        """A column per metric, `end` behind its name; null where a baseline was not asked for."""
        pairs = candidates.to_list(), references.to_list()
        made: dict[str, Sequence[Any]] = {"ratescore": self._ratescore(*pairs)}
        for name in self.baselines:
            made |= chosen(name).score(*pairs)
        none = [None] * len(candidates)
        return [pl.Series(f"{name}{end}", made.get(name, none), pl.Float64) for name in SCORES]

    def _ratescore(self, candidates: list[str], references: list[str]) -> list[float | None]:
        score = RateScore(embedder=embedder(self.embedder), weights=self.weights)
        return score.score(candidates, references).scores["score"].to_list() if candidates else []


@dataclass(frozen=True)
class ScorePairs(Stage):
    """Rated pairs with scores."""

    metrics: Metrics = Metrics()

    version = 1
    data = (*Metrics.data, *Lexical.data)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: RatedPair rows."""
        (pairs,) = frames
        return pairs.with_columns(self.metrics.of(pairs["candidate"], pairs["reference"]))


@dataclass(frozen=True)
class ScoreRewrites(Stage):
    """Rewritten reports with scores of both versions."""

    metrics: Metrics = Metrics()

    version = 1
    data = (*Metrics.data, *Lexical.data)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Rewritten rows."""
        (rows,) = frames
        made = [column for which in ("synonym", "antonym")
                for column in self.metrics.of(rows[which], rows["reference"], f"_{which}")]  # fmt: skip
        return rows.with_columns(made)
