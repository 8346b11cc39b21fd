"""Where a report and the masks of its scan disagree: the cases that a person should look at first."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.measured import measured
from qc.wording import counted
from schemas.extents import extents
from schemas.quality import Outcome

SEEN_ML: Final = 1.0
"""Of an organ that is said to be gone: less is a few voxels of something else."""
MANY: Final = 0.05
SHOWN: Final = ("focal", "multifocal", "diffuse", "whole_organ")
PRESENT: Final = ("Abnormality", "Disease")


class RemovedOrgans(Check):
    """Organs that a report says are gone, and a mask shows."""

    name = "report_removed"
    group = "Report and masks"
    title = "An organ that is gone has no mask"
    reads = ("entities", "masks")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where any mask shows one."""
        told = build.scan("entities", ["report", "type", "assertion", "anatomy", "flags"]).collect()
        gone = (
            told.filter(
                pl.col("type").cast(pl.String) == "Anatomy",
                (pl.col("assertion").cast(pl.String) == "absent") | pl.col("flags").list.contains("operated"),
                pl.col("anatomy").list.len() == 1,
            )
            .select(study="report", structure=pl.col("anatomy").list.first())
            .unique(maintain_order=True)
        )
        both = gone.join(measured(build), on=["study", "structure"], maintain_order="left")
        shown = both.filter(pl.col("volume_ml") > SEEN_ML).sort("id")
        cases = [f"{id}: reported as gone, {ml:.1f} ml here" for id, ml in shown.select("id", "volume_ml").iter_rows()]
        figures = {"reported": both.height, "shown": shown.height}
        summary = f"{shown.height:,} of {counted(both.height, 'organ')} reported as gone have a mask"
        advice = "Look at them in medmill review: a bed of surgery, another organ, or a report of another scan?"
        return self.outcome("warn" if shown.height else "pass", summary, advice=advice, figures=figures, cases=cases)


class OutOfView(Check):
    """Findings in structures that the volume does not show."""

    name = "report_out_of_view"
    group = "Report and masks"
    title = "What is found lies in the field of view"
    reads = ("grounded", "masks")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn above `MANY` of the sentences whose structure has a mask of its own."""
        found = (
            build.scan("grounded", ["study", "volume", "node", "kind"])
            .filter(pl.col("kind").cast(pl.String).is_in(SHOWN), pl.col("volume").is_not_null())
            .select("volume", structure="node")
            .unique()
            .collect()
        )
        both = found.join(measured(build), on=["volume", "structure"]).sort("id")
        lost = both.filter(pl.col("voxels") == 0)
        cases = [f"{id}: something is found there, and the mask is empty" for id in lost["id"]]
        share = lost.height / max(both.height, 1)
        figures = {"structures": both.height, "empty": lost.height}
        summary = (
            f"{lost.height:,} of {counted(both.height, 'structure')} with findings ({share:.1%}) have an empty mask"
        )
        advice = "Outside the field of view, not segmented, or another scan's report?"
        return self.outcome("warn" if share > MANY else "pass", summary, advice=advice, figures=figures, cases=cases)


class PredictedFindings(Check):
    """Masks of findings (effusion, nodule) against what the report says of them."""

    name = "report_predicted"
    group = "Report and masks"
    title = "Predicted findings agree with the report"
    reads = ("findings", "masks")

    def why_not(self, build: Build) -> str:
        """Only where a task that predicts findings was run."""
        return super().why_not(build) or ("" if _predicted(build).height else "no task that predicts findings was run")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where fewer than half of what either says is said by both."""
        both = _predicted(build).join(_reported(build), on=["study", "structure"], how="left", maintain_order="left")
        both = both.with_columns(mask=pl.col("voxels") > 0, report=pl.col("said").fill_null(False))
        agree, either = both.filter("mask", "report").height, both.filter(pl.col("mask") | pl.col("report")).height
        apart = both.filter(pl.col("mask") != pl.col("report")).sort("id")
        cases = [f"{id}: {'mask' if mask else 'report'} only" for id, mask in apart.select("id", "mask").iter_rows()]
        figures = {"either": either, "both": agree, "only_one": apart.height}
        summary = f"{agree:,} of {counted(either, 'finding')} that mask or report has are in both"
        advice = "Look at the cases below: the mask is a prediction, and the report may speak of another finding."
        verdict = "warn" if either and 2 * agree < either else "pass"
        return self.outcome(verdict, summary, advice=advice, figures=figures, cases=cases)


def _predicted(build: Build) -> pl.DataFrame:
    named = extents().select("structure").unique()
    return measured(build).join(named, on="structure", how="semi", maintain_order="left")


def _reported(build: Build) -> pl.DataFrame:
    """study, structure, said: what is present or may be, of findings that have masks of their own."""
    said = (
        build.scan("findings", ["study", "anatomy", "entities"])
        .explode("entities")
        .drop_nulls("entities")
        .unnest("entities")
        .filter(pl.col("type").cast(pl.String).is_in(PRESENT))
        .select("study", "term", node="anatomy")
        .collect()
    )
    named = said.join(extents(), on=["node", "term"]).select("study", "structure").unique()
    return named.with_columns(said=pl.lit(True)).sort("study", "structure")
