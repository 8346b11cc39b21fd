"""How much of what is said compares with an earlier study."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from schemas.quality import Outcome

MANY: Final = 0.5
_SENTENCE = ["report", "section", "section_index", "sentence"]


class Changes(Check):
    """Counts sentences with a change against a prior; an image alone does not show them."""

    name = "changes"
    group = "Findings"
    title = "Comparisons with a prior"
    reads = ("entities",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where most sentences compare."""
        sentences = build.scan("entities", [*_SENTENCE, "change"]).group_by(_SENTENCE)
        counts = sentences.agg(pl.col("change").is_not_null().any())
        n, changed = counts.select(pl.len(), pl.col("change").sum()).collect(engine="streaming").row(0)
        share = changed / n
        summary = f"{share:.1%} of {n:,} sentences with findings compare with an earlier study"
        advice = "Models trained on single images cannot know these: drop them, or give the prior as well."
        figures = {"sentences": n, "with_change": changed, "share": round(share, 4)}
        return self.outcome("warn" if share > MANY else "pass", summary, advice=advice, figures=figures)
