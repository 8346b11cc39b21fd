"""Ranks follow the scores."""

from collections.abc import Mapping

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.checks.suspects import Suspects
from qc.ranked import Ranked
from qc.wording import counted
from schemas.quality import Outcome


class Order(RankingCheck):
    """Ranks of a query and anatomy run 1, 2, 3 … without a gap, and scores never rise along them."""

    name = "rankings_order"
    group = "Rankings"
    title = "Ranks follow the scores"

    def __init__(self) -> None:
        self._suspects = Suspects(out_of_order)

    def see(self, ranked: Ranked) -> None:
        """Judge the next piece."""
        self._suspects.see(ranked)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where a ranking is out of order although its scores are undisputed."""
        wrong = self._suspects.confirmed(build, earlier, ("rankings_scores", "rankings_symmetry"))
        figures = {"rankings": self._suspects.seen, "out_of_order": len(wrong)}
        if not wrong:
            return self.outcome("pass", f"{self._suspects.seen:,} rankings run downhill without a gap", figures=figures)
        return self.outcome(
            "fail",
            f"{counted(len(wrong), 'ranking')} with gaps in the ranks, or scores that rise along them",
            advice="Ranks were not made from these scores: rebuild the rankings; do not sort them by hand.",
            figures=figures,
            cases=wrong,
        )


def out_of_order(ranked: Ranked) -> np.ndarray:
    """Rows of `top` that do not continue the row before."""
    top = ranked.top
    group, rank, score = (top[c].to_numpy() for c in ("group", "rank", "score"))
    first = np.ones(len(group), bool)
    first[1:] = group[1:] != group[:-1]
    wrong = first & (rank != 1)
    wrong[1:] |= ~first[1:] & ((rank[1:] != rank[:-1] + 1) | ~(score[1:] <= score[:-1]))
    return wrong
