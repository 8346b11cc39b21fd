"""Findings say what the entities say, and not more."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.sample import drawn, told
from qc.scored import ABSENT
from qc.wording import counted
from schemas.anatomy import WHOLE_REPORT
from schemas.quality import Outcome

PRESENT: Final = ("Abnormality", "Disease")
FAULTS: Final = {
    "foreign": "hold what no entity of the report says",
    "not_explicit": "call explicit what no entity says of that structure",
    "polarity": "have a polarity that does not follow from their findings",
}


class Origin(Check):
    """Every finding is an entity of its report, one that is `explicit` names the structure, and polarity follows.

    A row is abnormal, normal, or mixed by what is said of the structure or its parts; what is inherited from a
    whole does not count. Some studies of large datasets are looked at.
    """

    name = "findings_origin"
    group = "Findings"
    title = "Findings follow from the entities"
    reads = ("corpus", "entities", "findings")
    builds_on = ("keys", "references", "splits", "contradictions")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any row of findings that its entities do not explain."""
        rows = _judged(build).collect(engine="streaming")
        counts = {fault: int(rows[fault].sum()) for fault in FAULTS}
        figures = {"rows": rows.height, **counts}
        if not any(counts.values()):
            return self.outcome("pass", f"{rows.height:,} rows say what the entities say{told(build)}", figures=figures)
        bad = rows.filter(pl.any_horizontal(*FAULTS)).sort("study", "anatomy").head(20)
        cases = [f"{study} · {anatomy}" for study, anatomy in bad.select("study", "anatomy").iter_rows()]
        return self.outcome(
            "fail",
            "; ".join(f"{counted(n, 'row')} {FAULTS[fault]}" for fault, n in counts.items() if n) + told(build),
            advice="Findings were edited, or are of another build than the entities: rebuild from the findings on.",
            figures=figures,
            cases=cases,
        )


def _judged(build: Build) -> pl.LazyFrame:
    """study, anatomy, and whether each fault is found, of the rows looked at whose reports have entities."""
    findings = build.scan("findings", ["id", "study", "anatomy", "polarity", "entities"]).filter(drawn(build, "study"))
    said = _said(build)
    rows = findings.explode("entities").drop_nulls("entities").unnest("entities")
    rows = rows.with_columns(pl.col("type", "via", "polarity").cast(pl.String))
    rows = rows.join(said.select("study").unique(), on="study", how="semi")
    found = rows.join(said, on=["study", "term", "type"], how="left")
    explicit = (pl.col("via") == "explicit") & (pl.col("anatomy") != WHOLE_REPORT)
    foreign = pl.col("places").is_null()
    elsewhere = explicit & ~foreign & ~pl.col("places").list.contains(pl.col("anatomy"))
    return (
        found.group_by("id", "study", "anatomy", "polarity")
        .agg(foreign=foreign.any(), not_explicit=elsewhere.any(), expected=_polarity())
        .with_columns(polarity=pl.col("polarity") != pl.col("expected"))
    )


def _polarity() -> pl.Expr:
    used = pl.col("via") != "inherited"
    some, none = ((pl.col("type").is_in(types) & used).any() for types in (PRESENT, ABSENT))
    abnormal = pl.when(none).then(pl.lit("mixed")).otherwise(pl.lit("abnormal"))
    return pl.when(some).then(abnormal).otherwise(pl.lit("normal"))


def _said(build: Build) -> pl.LazyFrame:
    """study, term, type, and the `places` (structures) of the entities looked at."""
    surface = build.setting("findings", "term", "canonical") == "surface"
    term = pl.col("text").str.to_lowercase() if surface else pl.col("canonical")
    rows = build.scan("entities", ["report", "canonical", "text", "type", "anatomy"]).filter(drawn(build, "report"))
    said = rows.select(study="report", term=term, type=pl.col("type").cast(pl.String), places="anatomy")
    parts = pl.col("places").list.explode(keep_nulls=False, empty_as_null=False)
    return said.group_by("study", "term", "type").agg(parts)
