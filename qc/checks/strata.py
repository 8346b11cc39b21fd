"""Samples lie in the score band they were drawn from."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import Ranked
from qc.wording import counted
from schemas.quality import Outcome
from schemas.retrieval import BANDS

TOLERANCE: Final = 1e-5


class Strata(RankingCheck):
    """A candidate of a stratum has a score of its band (`schemas.retrieval.STRATA`); the top has ranks, nobody else."""

    name = "rankings_strata"
    group = "Rankings"
    title = "Strata are what they say"

    def __init__(self) -> None:
        self._rows = self._outside = self._misranked = 0
        self._cases: dict[str, None] = {}

    def see(self, ranked: Ranked) -> None:
        """Count rows outside their band, and ranks in the wrong place."""
        stratum, score = ranked.rows["stratum"], ranked.array("score")
        outside, sampled = np.zeros(len(score), bool), 0
        for name, (low, high) in BANDS.items():
            mine = (stratum == name).to_numpy()
            sampled += int(mine.sum())
            outside |= mine & ~((score >= low - TOLERANCE) & (score < high + TOLERANCE))
        misranked = (stratum == "top").to_numpy() != (ranked.array("rank") > 0)
        self._rows += sampled
        self._outside += int(outside.sum())
        self._misranked += int(misranked.sum())
        query, anatomy = ranked.array("query"), ranked.array("anatomy")
        for i in np.flatnonzero(outside | misranked)[:50]:
            self._cases[f"{ranked.name(int(query[i]), int(anatomy[i]))} ({stratum[int(i)]})"] = None

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any row that is not what its stratum says."""
        figures = {"sampled": self._rows, "outside_band": self._outside, "rank_in_wrong_stratum": self._misranked}
        if not self._outside and not self._misranked:
            return self.outcome("pass", f"{self._rows:,} samples lie in their score band", figures=figures)
        told = {
            f"{counted(self._outside, 'sample')} outside the score band": self._outside,
            f"{counted(self._misranked, 'row')} with a rank outside the top, or without one in it": self._misranked,
        }
        return self.outcome(
            "fail",
            "; ".join(what for what, n in told.items() if n),
            advice="Training would draw easy candidates as hard ones: rebuild the rankings, do not edit the strata.",
            figures=figures,
            cases=list(self._cases),
        )
