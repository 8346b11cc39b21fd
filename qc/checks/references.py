"""Every study that a table names is in the corpus, every structure in the anatomy."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from qc.base import RankingCheck
from qc.build import Build
from qc.ranked import UNKNOWN, Codes, Ranked
from qc.scored import anatomies
from qc.wording import counted
from schemas import anatomy
from schemas.quality import Outcome

_NAMES_STUDY = {
    "images": ("study",),
    "labels": ("study",),
    "findings": ("study",),
    "entities": ("report",),
    "baselines": ("query", "candidate"),
}


class References(RankingCheck):
    """Every table names studies of the corpus, and structures of `schemas/anatomy.tsv`."""

    name = "references"
    group = "Integrity"
    title = "Ids lead somewhere"
    reads = ("corpus",)

    def __init__(self) -> None:
        self._unknown = 0
        self._ranked = pl.Series("anatomy", [], pl.String)

    def start(self, build: Build, codes: Codes) -> None:
        """The structures that are ranked or have findings."""
        self._ranked = codes.anatomies

    def see(self, ranked: Ranked) -> None:
        """Count ranked ids that the corpus does not have."""
        self._unknown += int(np.count_nonzero(ranked.array("query") == UNKNOWN))
        self._unknown += int(np.count_nonzero(ranked.array("candidate") == UNKNOWN))

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on an id without a study behind it."""
        counts = {"rankings": self._unknown} if self._unknown else {}
        cases: list[str] = []
        for table, columns in _NAMES_STUDY.items():
            if build.has(table):
                dangling = _dangling(build, table, columns)
                counts |= {table: len(dangling)} if dangling else {}
                cases += [f"{table}: {study}" for study in dangling[:20]]
        told = [f"{table} names {counted(n, 'unknown study', 'unknown studies')}" for table, n in counts.items()]
        strange = self._strange(build)
        counts |= {"anatomies": len(strange)} if strange else {}
        told += [f"{counted(len(strange), 'structure')} that the anatomy does not know"] if strange else []
        cases += strange
        if not counts:
            return self.outcome("pass", "all named studies are in the corpus, all structures in the anatomy")
        return self.outcome(
            "fail",
            "; ".join(told),
            advice="Tables of different builds were mixed, or rows of the corpus were removed: rebuild.",
            figures=counts,
            cases=cases,
        )

    def _strange(self, build: Build) -> list[str]:
        """`table: name` of the structures that are no node of the anatomy."""
        found = {"findings or rankings": self._ranked}
        if build.has("findings") and not len(self._ranked):
            found["findings or rankings"] = anatomies(build, ("findings",))
        if build.has("entities"):
            named = build.scan("entities", ["anatomy"]).select(pl.col("anatomy").explode().unique())
            found["entities"] = named.collect(engine="streaming")["anatomy"].drop_nulls().sort()
        known = {*anatomy.names(), anatomy.WHOLE_REPORT}
        return [f"{where}: {name}" for where, names in found.items() for name in names if name not in known]


def _dangling(build: Build, table: str, columns: Sequence[str]) -> list[str]:
    """Ids of studies that the table names and the corpus does not have, sorted."""
    known = build.scan("corpus", ["id"]).select("id").unique()
    named = pl.concat([build.scan(table, [column]).select(id=column).unique() for column in columns])
    rows = named.unique().join(known, on="id", how="anti").select(pl.col("id").sort())
    return rows.collect(engine="streaming")["id"].to_list()
