"""One image, or one volume, stands for each study."""

from collections.abc import Mapping

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome

TABLES = ("images", "volumes")


class Representatives(Check):
    """Of what shows a study exactly one is marked `stands_for_study`; pictures whose id repeats are left out."""

    name = "images"
    group = "Integrity"
    title = "One image stands for each study"

    def why_not(self, build: Build) -> str:
        """Volumes of datasets that rank nothing stand for themselves."""
        return "" if _marked(build) else "the build has no rows in images"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on a study that nothing stands for, or more than one picture."""
        table = _marked(build)
        pictures = build.scan(table, ["id", "study", "stands_for_study"]).filter(pl.col("id").is_unique())
        studies = pictures.group_by("study").agg(pl.len(), n=pl.col("stands_for_study").sum())
        studies = studies.collect(engine="streaming")
        wrong = studies.filter(pl.col("n") != 1).sort("study")
        none, many = wrong.filter(pl.col("n") == 0).height, wrong.filter(pl.col("n") > 1).height
        figures = {"studies": studies.height, table: int(studies["len"].sum()), "none": none, "several": many}
        if not wrong.height:
            summary = f"one of the {table} of each of {counted(studies.height, 'study', 'studies')} stands for it"
            return self.outcome("pass", summary, figures=figures)
        return self.outcome(
            "fail",
            f"{counted(none, 'study', 'studies')} without one of the {table} that stands for it, {many:,} with several",
            advice=f"Loaders take what stands for a study: rebuild the {table}.",
            figures=figures,
            cases=wrong["study"].head(20).to_list(),
        )


def _marked(build: Build) -> str:
    """The table that says what stands for a study; "" where there is none."""
    marked = {t.name for t in build.manifest.tables if any(c.name == "stands_for_study" for c in t.columns)}
    return next((table for table in TABLES if table in marked and build.has(table)), "")
