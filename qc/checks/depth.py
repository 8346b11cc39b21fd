"""Everybody who has findings of a structure is ranked there, and to the full depth."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from qc.base import RankingCheck
from qc.build import Build
from qc.checks.splits import homes
from qc.kin import Kin, allowed, kin
from qc.ranked import UNKNOWN, Codes, Ranked
from qc.scored import FOUNDATIONS, SCORED
from qc.wording import counted
from schemas.quality import Outcome

MOST_RANKS: Final = np.iinfo(np.uint16).max


class Depth(RankingCheck):
    """Of n candidates that a query may meet, it ranks the best k: all n where there are fewer.

    Who is ranked for a structure follows from the findings; without them from the rankings themselves, which says
    nothing of queries that are missing altogether.
    """

    name = "rankings_depth"
    group = "Rankings"
    title = "Rankings are complete"
    builds_on = FOUNDATIONS

    def __init__(self) -> None:
        self._codes: Codes | None = None
        self._deepest = np.empty((0, 0), np.uint16)

    def start(self, build: Build, codes: Codes) -> None:
        """Room for the last rank of every query and structure, two bytes each."""
        self._codes = codes
        self._deepest = np.zeros((len(codes.studies), len(codes.anatomies)), np.uint16)

    def see(self, ranked: Ranked) -> None:
        """Note the last rank of every query."""
        if not len(ranked.group):
            return
        starts = np.flatnonzero(np.diff(ranked.group, prepend=-1))
        last = np.maximum.reduceat(np.minimum(ranked.array("rank"), MOST_RANKS), starts).astype(np.uint16)
        query, anatomy = ranked.array("query")[starts], ranked.array("anatomy")[starts]
        known = query != UNKNOWN
        np.maximum.at(self._deepest, (query[known], anatomy[known]), last[known])

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where ranks are missing, or somebody without findings is ranked."""
        assert self._codes is not None, "the rankings have passed by"
        marks = self._codes.marks
        top = min(int(build.setting("rankings", "top_k", self._deepest.max())), MOST_RANKS)
        wanted = self._deepest > 0 if marks is None else marks & SCORED > 0
        missing = short = 0
        cases: list[str] = []
        room = _Room(build)
        for number, anatomy in enumerate(self._codes.anatomies):
            ranked, due = self._deepest[:, number], np.minimum(room.of(wanted[:, number]), top)
            missing += int(np.count_nonzero((ranked == 0) & (due > 0)))
            short += int(np.count_nonzero((ranked > 0) & (ranked < due)))
            for i in np.flatnonzero(ranked < due)[:20]:
                cases.append(f"{self._codes.studies[int(i)]} · {anatomy}: {ranked[i]} of {due[i]} ranks")
        strangers = np.argwhere((self._deepest > 0) & ~wanted)
        cases += [f"{self._codes.studies[s]} · {self._codes.anatomies[a]}: no findings" for s, a in strangers.tolist()]
        told = {
            f"{counted(missing, 'ranking is', 'rankings are')} missing": missing,
            f"{counted(short, 'ranking ends', 'rankings end')} early": short,
            f"{counted(len(strangers), 'ranking', 'rankings')} without findings": len(strangers),
        }
        figures = {"rankings": int(np.count_nonzero(self._deepest)), "top_k": top, "missing": missing, "short": short}
        figures |= {"without_findings": len(strangers)}
        if not any(told.values()):
            whole = f"{figures['rankings']:,} rankings, each with the best {top} candidates or all there are"
            return self.outcome("pass", whole, figures=figures)
        return self.outcome(
            "fail",
            "; ".join(what for what, n in told.items() if n),
            advice="Rows were lost after ranking, or findings and rankings are of two builds: rebuild the rankings.",
            figures=figures,
            cases=cases,
        )


class _Room:
    """How many candidates a query may meet: the ranked studies of its split but itself, its patient and its copies."""

    def __init__(self, build: Build) -> None:
        relations, lifted = kin(build), allowed(build)
        alone = -1 - np.arange(len(relations.patient))
        patient = alone if "same patient" in lifted else relations.patient
        group = alone if "same text" in lifted else relations.group
        split = np.unique(homes(build).sort("id")["home"].to_numpy(), return_inverse=True)[1]
        self._split = split
        self._kin = Kin(_pairs(split, patient), _pairs(split, group))
        self._both = _pairs(*self._kin)

    def of(self, ranked: np.ndarray) -> np.ndarray:
        """Candidates of each study among the ranked ones; 0 for a study that is not ranked itself."""
        who = np.flatnonzero(ranked)
        there, patient, group, both = (
            np.bincount(number[who])[number[who]] for number in (self._split, *self._kin, self._both)
        )
        room = np.zeros(len(ranked), np.int64)
        room[who] = there - (patient + group - both)
        return room


def _pairs(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Equal small numbers for equal pairs."""
    right = np.unique(right, return_inverse=True)[1].astype(np.int64)
    return np.unique(left.astype(np.int64) * (int(right.max()) + 1) + right, return_inverse=True)[1]
