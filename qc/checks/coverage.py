"""What is read from a report is there: its entities, and its findings."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.sample import drawn
from qc.wording import counted
from schemas import anatomy
from schemas.quality import Outcome
from schemas.words import SCORED_ASSERTIONS

MANY: Final = 0.02
TOO_MANY: Final = 0.2
"""Share of reports in which nothing is found: all 3,826 of Open-i have entities; short texts ("as above") do not."""


class Coverage(Check):
    """A report with scored entities has findings for the whole and for every structure its entities name.

    And findings come from entities: none without. Structures are looked up for some studies of large datasets.
    """

    name = "findings_coverage"
    group = "Findings"
    title = "Every report has its findings"
    reads = ("corpus", "entities", "findings")
    builds_on = ("keys", "references", "splits")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where rows of reports are missing, or nothing was found in many; warn where in some."""
        read = build.scan("entities", ["report"]).select(pl.col("report").unique()).collect()["report"]
        silent = 1 - len(read) / build.rows("corpus")
        faults = _faults(build)
        figures = {"reports": len(read), "share_without_entities": round(max(silent, 0.0), 4)}
        figures |= {what: len(ids) for what, ids in faults.items()}
        wrong = {what: ids for what, ids in faults.items() if ids}
        if wrong or silent > TOO_MANY:
            parts = [f"{counted(len(ids), 'report')} {_SAID[what]}" for what, ids in wrong.items()]
            parts += [f"{silent:.0%} of reports have no entity"] if silent > TOO_MANY else []
            advice = "Rows were lost, or tables of two builds were mixed: rebuild from the entities on."
            cases = [f"{study} {_SAID[what]}" for what, ids in wrong.items() for study in ids[:10]]
            return self.outcome("fail", "; ".join(parts), advice=advice, figures=figures, cases=cases)
        summary = f"{len(read):,} reports have entities, and findings of all they name"
        if silent > MANY:
            advice = "Read some of the others: which words of theirs does the lexicon not know?"
            return self.outcome("warn", f"{summary}; {silent:.1%} have no entity", advice=advice, figures=figures)
        return self.outcome("pass", summary, figures=figures)


_SAID: Final = {
    "without_whole_report": "with entities but no findings of the whole report",
    "without_structures": "without findings of a structure that their entities name",
    "without_entities": "with findings but no entities",
}


def _faults(build: Build) -> dict[str, list[str]]:
    """Ids of reports that lack something, by what they lack."""
    said, found = _said(build), build.scan("findings", ["study", "anatomy"]).drop("file_split")
    whole = found.filter(pl.col("anatomy") == anatomy.WHOLE_REPORT)
    spoken = said.select(study="report").unique()
    silent = spoken.join(whole, on="study", how="anti")
    listed = anatomy.chosen(build.setting("findings", "anatomies", "all"))
    named = said.filter(drawn(build, "report")).explode("anatomy").filter(pl.col("anatomy").is_in(listed))
    places = named.select("anatomy", study="report").unique()
    lost = places.join(found.filter(drawn(build, "study")), on=["study", "anatomy"], how="anti")
    lost = lost.join(silent, on="study", how="anti")
    unfounded = found.select("study").unique().join(spoken, on="study", how="anti")
    return {what: _ids(rows) for what, rows in zip(_SAID, (silent, lost, unfounded), strict=True)}


def _said(build: Build) -> pl.LazyFrame:
    """report, anatomy of the entities that become findings."""
    rows = build.scan("entities", ["report", "assertion", "type", "anatomy"])
    rows = rows.filter(pl.col("assertion").cast(pl.String).is_in(SCORED_ASSERTIONS))
    bare = build.setting("findings", "anatomy_entities", False)
    rows = rows if bare else rows.filter(pl.col("type").cast(pl.String) != "Anatomy")
    return rows.select("report", "anatomy")


def _ids(rows: pl.LazyFrame) -> list[str]:
    return rows.select(pl.col("study").unique().sort()).collect(engine="streaming")["study"].to_list()
