"""Sides that contradict each other."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome

FLAG: Final = "laterality_conflict"
MANY: Final = 0.02
"""Reports do swap sides, in about one of a hundred; more than this points at our own reading."""


class Laterality(Check):
    """Counts reports in which an entity's side contradicts its anatomy or another mention of it."""

    name = "laterality"
    group = "Findings"
    title = "Sides agree"
    reads = ("corpus", "entities")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn above `MANY` of the reports."""
        flagged = build.scan("entities", ["report", "flags"]).filter(pl.col("flags").list.contains(FLAG))
        reports = flagged.select(pl.col("report").unique().sort()).collect()["report"]
        share = len(reports) / build.rows("corpus")
        figures = {"reports": len(reports), "share": round(share, 5)}
        summary = f"{counted(len(reports), 'report')} ({share:.2%}) with sides that contradict each other"
        advice = "Read a few: a swapped word in the report, or a side given to the wrong structure?"
        verdict = "warn" if share > MANY else "pass"
        return self.outcome(verdict, summary, advice=advice, figures=figures, cases=reports.head(20).to_list())
