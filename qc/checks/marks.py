"""Whether query and candidate agree in side, severity and change is as their findings say."""

from collections.abc import Mapping

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import NULL, SAME, UNKNOWN, Ranked
from qc.scored import ATTRIBUTES, FOUNDATIONS, SCORED, STRANGE
from schemas.quality import Outcome


class Marks(RankingCheck):
    """Recomputes `same_side`, `same_severity` and `same_change` from what the findings of both studies say."""

    name = "rankings_same"
    group = "Rankings"
    title = "Agreement in side, severity and change"
    reads = ("corpus", "findings", "rankings")
    builds_on = FOUNDATIONS

    def __init__(self) -> None:
        self._wrong = dict.fromkeys(SAME, 0)
        self._rows = 0
        self._cases: dict[str, None] = {}

    def see(self, ranked: Ranked) -> None:
        """Compare every row whose two studies have findings of the structure."""
        marks = ranked.codes.marks
        assert marks is not None, "reads says that there are findings"
        query, candidate, anatomy = (ranked.array(c) for c in ("query", "candidate", "anatomy"))
        own, other = marks[query, anatomy], marks[candidate, anatomy]
        judged = (query != UNKNOWN) & (candidate != UNKNOWN) & (own & other & SCORED > 0) & (own & STRANGE == 0)
        judged &= other & STRANGE == 0
        self._rows += int(judged.sum())
        for column, attribute in SAME.items():
            mask = ATTRIBUTES[attribute].mask
            same = np.where((own | other) & mask == 0, NULL, (own & mask == other & mask).astype(np.int8))
            wrong = judged & (same != ranked.array(column))
            self._wrong[column] += int(wrong.sum())
            for i in np.flatnonzero(wrong)[:20]:
                self._cases[f"{ranked.name(int(query[i]), int(anatomy[i]))} ({column})"] = None

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where a column contradicts the findings."""
        wrong = {column: n for column, n in self._wrong.items() if n}
        figures = {"candidates": self._rows, **{f"{column}_wrong": n for column, n in self._wrong.items()}}
        if not wrong:
            return self.outcome("pass", f"{self._rows:,} candidates marked as their findings say", figures=figures)
        return self.outcome(
            "fail",
            "; ".join(f"{column} wrong for {n:,} of {self._rows:,} candidates" for column, n in wrong.items()),
            advice="The columns belong to other findings, or were edited: rebuild the rankings.",
            figures=figures,
            cases=list(self._cases),
        )
