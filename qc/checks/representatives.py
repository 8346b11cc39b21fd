"""One image stands for each study."""

from collections.abc import Mapping

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome


class Representatives(Check):
    """Of the images of a study exactly one is marked `stands_for_study`; images whose id repeats are left out."""

    name = "images"
    group = "Integrity"
    title = "One image stands for each study"
    reads = ("images",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on a study that nothing stands for, or more than one image."""
        images = build.scan("images", ["id", "study", "stands_for_study"]).filter(pl.col("id").is_unique())
        studies = images.group_by("study").agg(pl.len(), n=pl.col("stands_for_study").sum()).collect(engine="streaming")
        wrong = studies.filter(pl.col("n") != 1).sort("study")
        none, many = wrong.filter(pl.col("n") == 0).height, wrong.filter(pl.col("n") > 1).height
        figures = {"studies": studies.height, "images": int(studies["len"].sum()), "none": none, "several": many}
        if not wrong.height:
            summary = f"one of the images of each of {counted(studies.height, 'study', 'studies')} stands for it"
            return self.outcome("pass", summary, figures=figures)
        return self.outcome(
            "fail",
            f"{counted(none, 'study', 'studies')} without an image that stands for it, {many:,} with several",
            advice="Loaders take the image that stands for a study: rebuild the images.",
            figures=figures,
            cases=wrong["study"].head(20).to_list(),
        )
