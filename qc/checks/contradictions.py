"""One structure does not both have and lack the same finding."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from schemas.anatomy import WHOLE_REPORT
from schemas.quality import Outcome

MOST_REPORTS: Final = 0.002
"""RadGenome's published rows contradict themselves in 18 of 1,000 volumes, because they roll negations up."""

PRESENT: Final = ["Abnormality", "Disease"]
ABSENT: Final = ["Non-Abnormality", "Non-Disease"]


class Contradictions(Check):
    """Counts reports in which one term is present and absent on one node; the whole report is told beside it."""

    name = "contradictions"
    group = "Findings"
    title = "No finding both present and absent"
    reads = ("corpus", "findings")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail above `MOST_REPORTS` of the corpus, unless the build was told to let everything rise."""
        both = _terms(PRESENT).list.set_intersection(_terms(ABSENT))
        rows = (
            build.scan("findings", ["study", "anatomy", "entities"])
            .select("study", "anatomy", both=both)
            .filter(pl.col("both").list.len() > 0)
            .collect(engine="streaming")
            .sort("study", "anatomy")
        )
        nodes, whole = rows.filter(pl.col("anatomy") != WHOLE_REPORT), rows.filter(pl.col("anatomy") == WHOLE_REPORT)
        share = nodes["study"].n_unique() / build.rows("corpus")
        figures = {"reports": nodes["study"].n_unique(), "share": round(share, 5), "whole_report": whole.height}
        cases = [f"{study} · {anatomy}: {', '.join(terms)}" for study, anatomy, terms in nodes.iter_rows()]
        summary = f"{share:.2%} of reports have a node with one finding both present and absent"
        if build.setting("findings", "rollup", "directed") == "published":
            asked = "which rollup=published makes: there everything rises, what is absent too"
            return self.outcome("pass", f"{summary}, {asked}", figures=figures)
        if share > MOST_REPORTS:
            advice = "Negations roll up, or an assertion is read wrongly: look at the cases below."
            return self.outcome("fail", summary, advice=advice, figures=figures, cases=cases)
        return self.outcome("pass", f"{summary} (allowed {MOST_REPORTS:.1%})", figures=figures, cases=cases)


def _terms(types: list[str]) -> pl.Expr:
    element = pl.element()
    of_type = element.filter(element.struct.field("type").cast(pl.String).is_in(types))
    return pl.col("entities").list.eval(of_type.struct.field("term"))
