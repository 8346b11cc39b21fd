"""No study crowds everybody's list."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked
from schemas.anatomy import WHOLE_REPORT
from schemas.quality import Outcome

TOP: Final = 10
LEAST_QUERIES: Final = 50
"""Rankings of fewer queries say nothing about hubs."""

WARN, FAIL = 15.0, 50.0
"""How many times as often as by chance a study may stand in the first ten of whole reports. A hundred studies of one
rare finding that are each other's only matches reach about ten; a tie broken by position goes into the hundreds."""


class Hubness(RankingCheck):
    """Counts the top-10 lists each study stands in, per split and anatomy (k-occurrence, Radovanović 2010).

    Chance is the mean: every list has ten places and every ranked study could take one.
    """

    name = "rankings_hubness"
    group = "Rankings"
    title = "No study crowds the lists"

    def __init__(self) -> None:
        self._counts: dict[str, np.ndarray] = {}
        self._queries: dict[str, np.ndarray] = {}
        self._codes: Codes | None = None

    def see(self, ranked: Ranked) -> None:
        """Count candidates of rank 1 to 10, as (anatomy, study) per split."""
        self._codes = ranked.codes
        shape = len(ranked.codes.anatomies), len(ranked.codes.studies)
        counts = self._counts.setdefault(ranked.split, np.zeros(shape, np.int32))
        queries = self._queries.setdefault(ranked.split, np.zeros(shape[0], np.int64))
        rank, anatomy, candidate = (ranked.array(c) for c in ("rank", "anatomy", "candidate"))
        near = (rank >= 1) & (rank <= TOP) & (candidate != UNKNOWN)
        places, times = np.unique(anatomy[near].astype(np.int64) * shape[1] + candidate[near], return_counts=True)
        counts.ravel()[places] += times.astype(np.int32)
        queries += np.bincount(anatomy[rank == 1], minlength=shape[0])

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Judge by the worst study of whole reports; other anatomies are told."""
        judged = [(split, int(a)) for split, n in self._queries.items() for a in np.flatnonzero(n >= LEAST_QUERIES)]
        found = [self._worst(split, anatomy) for split, anatomy in judged]
        if not found or self._codes is None:
            return self.outcome("pass", f"no ranking has {LEAST_QUERIES} queries, so there is nothing to crowd")
        whole = [hub for hub in found if hub[2] == WHOLE_REPORT] or found
        ratio, study, anatomy, lists = max(whole)
        overall = max(found)
        figures = {
            "most_lists": lists,
            "times_chance": round(ratio, 1),
            "study": study,
            "any_anatomy_times_chance": round(overall[0], 1),
            "any_anatomy": overall[2],
        }
        verdict = "fail" if ratio > FAIL else "warn" if ratio > WARN else "pass"
        return self.outcome(
            verdict,
            f"{study} stands in {lists:,} top-{TOP} lists of {anatomy}, {ratio:.1f} times chance",
            advice="Look at its report: a broken tie rule, a near-empty finding set, or a boilerplate text does this.",
            figures=figures,
            cases=[] if verdict == "pass" else [f"{study} · {anatomy}"],
        )

    def _worst(self, split: str, anatomy: int) -> tuple[float, str, str, int]:
        """(times chance, study, anatomy, lists) of the study in most lists."""
        assert self._codes is not None
        counts = self._counts[split][anatomy]
        chance = counts.sum() / self._queries[split][anatomy]
        study = int(counts.argmax())
        most = int(counts[study])
        return most / float(chance), self._codes.studies[study], self._codes.anatomies[anatomy], most
