"""Ties say how far a rank could move."""

from collections.abc import Mapping

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.checks.suspects import Suspects
from qc.ranked import Ranked
from qc.wording import counted
from schemas.quality import Outcome


class Ties(RankingCheck):
    """Candidates of one score share `n_tied`, `rank_min` and `rank_max`, and these fit the ranks they have."""

    name = "rankings_ties"
    group = "Rankings"
    title = "Ties are declared"

    def __init__(self) -> None:
        self._suspects = Suspects(badly_tied)
        self._rows = self._tied = 0

    def see(self, ranked: Ranked) -> None:
        """Judge the next piece."""
        self._suspects.see(ranked)
        self._rows += ranked.top.height
        self._tied += int((ranked.top["n_tied"] > 1).sum())

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where tie fields contradict scores and ranks that are undisputed themselves."""
        after = ("rankings_scores", "rankings_symmetry", "rankings_order")
        wrong = self._suspects.confirmed(build, earlier, after)
        share = self._tied / max(self._rows, 1)
        figures = {"rankings": self._suspects.seen, "wrong": len(wrong), "share_of_ranks_tied": round(share, 4)}
        if not wrong:
            return self.outcome("pass", f"{share:.0%} of ranks are tied, and all say so", figures=figures)
        return self.outcome(
            "fail",
            f"{counted(len(wrong), 'ranking')} with tie fields that do not fit the scores",
            advice="n_tied, rank_min and rank_max must be counted over all candidates of exactly one score.",
            figures=figures,
            cases=wrong,
        )


def badly_tied(ranked: Ranked) -> np.ndarray:
    """Rows of `top` whose tie fields contradict their own rank, or the row before."""
    top = ranked.top
    group, rank, score = (top[c].to_numpy() for c in ("group", "rank", "score"))
    n, low, high = (top[c].to_numpy() for c in ("n_tied", "rank_min", "rank_max"))
    wrong = (n < 1) | (rank < low) | (rank > high) | (high - low + 1 != n)
    equal = (group[1:] == group[:-1]) & (score[1:] == score[:-1])
    wrong[1:] |= equal & ((low[1:] != low[:-1]) | (n[1:] != n[:-1]))
    starts = np.ones(len(group), bool)
    starts[1:] = ~equal
    return wrong | (starts & (low != rank))
