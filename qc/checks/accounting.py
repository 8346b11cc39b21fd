"""Nothing is lost on the way: ids in = passed + rejected."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.manifest import StageRecord
from schemas.quality import Outcome

MANY_REJECTED: Final = 0.2
"""A stage that rejects more than this share of its ids deserves a look; 1 in 75 Open-i reports has no text at all."""

_LEFT_OUT: Final = (
    "near_duplicate", "exact_duplicate", "contaminated", "not_medical", "other_language", "unsure_language",
)  # fmt: skip
"""Reasons that say what a dataset is not about, or that it has the row already: many of them are no fault."""


class Accounting(Check):
    """Every id that enters a stage passes or is rejected with a reason, and the rejected rows are there."""

    name = "accounting"
    group = "Integrity"
    title = "Every id is accounted for"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where ids are missing or rejected rows are gone; warn on a stage that rejects much."""
        stages = build.manifest.stages
        wrong = [fault for stage in stages for fault in _faults(build, stage)]
        many = [s.table for s in stages if s.ids_in and _lost(build, s) / s.ids_in > MANY_REJECTED]
        figures = {"stages": len(stages), "ids_rejected": sum(s.ids_rejected for s in stages)}
        if wrong:
            advice = "Run the build again; if it stays, a stage drops rows in silence, which is a bug worth reporting."
            summary = f"{counted(len(wrong), 'stage')} with counts that do not add up"
            return self.outcome("fail", summary, advice=advice, figures=figures, cases=wrong)
        if many:
            summary = f"all ids accounted for, but {', '.join(many)} rejected more than {MANY_REJECTED:.0%}"
            return self.outcome(
                "warn", summary, advice="Read the reasons below before using the rest.", figures=figures
            )
        return self.outcome("pass", f"{len(stages)} stages: ids in = passed + rejected", figures=figures)


def _lost(build: Build, stage: StageRecord) -> int:
    """Ids rejected, but for copies of what is kept; with `--limit`, what is beyond it was never asked for."""
    beyond = stage.rejected.get("study_not_in_corpus", 0) if build.manifest.limit is not None else 0
    return stage.ids_rejected - beyond - sum(stage.rejected.get(reason, 0) for reason in _LEFT_OUT)


def _faults(build: Build, stage: StageRecord) -> list[str]:
    faults = []
    if stage.ids_in != stage.ids_passed + stage.ids_rejected:
        faults.append(f"{stage.table}: {stage.ids_in} in, {stage.ids_passed} passed, {stage.ids_rejected} rejected")
    named = sum(stage.rejected.values())
    kept = rejected_rows(build, stage.table).select(pl.len()).collect().item()
    if named != kept:
        faults.append(f"{stage.table}: {named} rejected rows in the manifest, {kept} on disk")
    return faults


def rejected_rows(build: Build, table: str) -> pl.LazyFrame:
    """id, stage, reason, detail of what a stage rejected; no rows where it rejected nothing."""
    files = sorted((build.folder / "rejected" / table).glob("*.parquet"))
    if not files:
        return pl.LazyFrame(schema=dict.fromkeys(("id", "stage", "reason", "detail"), pl.String))
    return pl.concat([pl.scan_parquet(file) for file in files])
