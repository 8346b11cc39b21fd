"""Every study that a table names is in the corpus."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Ranked
from qc.wording import counted
from schemas.quality import Outcome

_NAMES_STUDY = {"images": "study", "findings": "study", "entities": "report"}


class References(RankingCheck):
    """Images, findings, entities, queries and candidates name studies of the corpus."""

    name = "references"
    group = "Integrity"
    title = "Ids lead somewhere"
    reads = ("corpus",)

    def __init__(self) -> None:
        self._unknown = 0

    def see(self, ranked: Ranked) -> None:
        """Count ranked ids that the corpus does not have."""
        self._unknown += int(np.count_nonzero(ranked.array("query") == UNKNOWN))
        self._unknown += int(np.count_nonzero(ranked.array("candidate") == UNKNOWN))

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on an id without a study behind it."""
        known = build.scan("corpus", ["id"]).select("id").unique()
        counts = {"rankings": self._unknown} if self._unknown else {}
        cases: list[str] = []
        for table, column in _NAMES_STUDY.items():
            if build.has(table):
                ids = build.scan(table, [column]).select(pl.col(column).alias("id")).unique()
                dangling = ids.join(known, on="id", how="anti").select(pl.col("id").sort()).collect()["id"].to_list()
                counts |= {table: len(dangling)} if dangling else {}
                cases += [f"{table}: {study}" for study in dangling[:20]]
        if not counts:
            return self.outcome("pass", "all named studies are in the corpus")
        return self.outcome(
            "fail",
            "; ".join(f"{table} names {counted(n, 'unknown study', 'unknown studies')}" for table, n in counts.items()),
            advice="Tables of different builds were mixed, or rows of the corpus were removed: rebuild.",
            figures=counts,
            cases=cases,
        )
