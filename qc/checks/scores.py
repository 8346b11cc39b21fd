"""Scores lie in their range, and what says the same scores 1."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked
from schemas.anatomy import WHOLE_REPORT
from schemas.quality import Outcome

TOLERANCE: Final = 1e-5
_NO_SET: Final = -1


class Scores(RankingCheck):
    """RaTEScore lies in [-1, 1] and scores a report against itself with 1 (arXiv 2406.16845).

    No study is its own candidate, so the self-score is read off pairs of studies whose findings are the same
    list, for the whole report. Reports that affirm and deny one term are left out: there the published
    definition itself may score a report against itself below 1.
    """

    name = "rankings_scores"
    group = "Rankings"
    title = "Scores are in range, equals score 1"

    def __init__(self) -> None:
        self._sets = np.empty(0, np.int64)
        self._whole = UNKNOWN
        self._outside: list[str] = []
        self._unequal: list[str] = []
        self._equals = self._n_outside = self._n_unequal = 0

    def start(self, build: Build, codes: Codes) -> None:
        """Number the distinct finding lists of whole reports, by study code."""
        self._sets = np.full(len(codes.studies), _NO_SET, np.int64)
        if build.has("findings") and WHOLE_REPORT in codes.anatomies:
            self._whole = codes.anatomies.to_list().index(WHOLE_REPORT)
            numbered = _numbered_sets(build).with_columns(pl.col("study").cast(pl.Enum(codes.studies), strict=False))
            numbered = numbered.drop_nulls("study")
            self._sets[numbered["study"].to_physical().to_numpy()] = numbered["number"].to_numpy()

    def see(self, ranked: Ranked) -> None:
        """Note scores out of range, and equals that do not score 1."""
        query, candidate, anatomy = (ranked.array(c) for c in ("query", "candidate", "anatomy"))
        score = ranked.array("score")
        outside = ~(np.abs(score) <= 1 + TOLERANCE)
        mine = self._sets[query] if len(self._sets) else query
        equal = (anatomy == self._whole) & (self._whole != UNKNOWN) & (mine != _NO_SET)
        equal &= (mine == self._sets[candidate]) & (query != UNKNOWN) & (candidate != UNKNOWN) & (query != candidate)
        unequal = equal & ~outside & (score < 1 - TOLERANCE)
        self._equals += int(equal.sum())
        self._n_outside += int(outside.sum())
        self._n_unequal += int(unequal.sum())
        for mask, names in ((outside, self._outside), (unequal, self._unequal)):
            names += [ranked.name(int(query[i]), int(anatomy[i])) for i in np.flatnonzero(mask)[: 50 - len(names)]]

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any score out of range or any self-score below 1."""
        figures = {"out_of_range": self._n_outside, "equal_pairs": self._equals, "equal_below_1": self._n_unequal}
        if self._n_outside or self._n_unequal:
            return self.outcome(
                "fail",
                f"{self._n_outside:,} scores outside [-1, 1]; {self._n_unequal:,} of {self._equals:,} pairs with equal "
                "findings score below 1",
                advice="The similarity or the kernel is wrong: compare a few pairs with the RaTEScore definition.",
                figures=figures,
                cases=list(dict.fromkeys(self._outside + self._unequal)),
            )
        return self.outcome("pass", f"all in [-1, 1]; all {self._equals:,} equal pairs score 1", figures=figures)


def _numbered_sets(build: Build) -> pl.DataFrame:
    """study, number: equal numbers for equal lists of (term, type); null lists and contradictory ones left out."""
    element = pl.element().struct
    pair = element.field("term") + "|" + element.field("type").cast(pl.String)
    return (
        build.scan("findings", ["study", "anatomy", "entities"])
        .filter(pl.col("anatomy") == WHOLE_REPORT, pl.col("entities").list.len() > 0)
        .select(
            "study",
            pairs=pl.col("entities").list.eval(pair),
            terms=pl.col("entities").list.eval(element.field("term")).list.n_unique(),
        )
        .filter(pl.col("pairs").list.n_unique() == pl.col("terms"))
        .select("study", number=pl.col("pairs").list.join(";").rank("dense").cast(pl.Int64))
        .collect()
    )
