"""One image, or one volume, stands for each study."""

from collections.abc import Mapping
from typing import ClassVar

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

    table: ClassVar[str] = "images"
    word: ClassVar[str] = "image"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on a study that nothing stands for, or more than one picture."""
        images = build.scan(self.table, ["id", "study", "stands_for_study"]).filter(pl.col("id").is_unique())
        studies = images.group_by("study").agg(pl.len(), n=pl.col("stands_for_study").sum()).collect(engine="streaming")
        wrong = studies.filter(pl.col("n") != 1).sort("study")
        none, many = wrong.filter(pl.col("n") == 0).height, wrong.filter(pl.col("n") > 1).height
        figures = {"studies": studies.height, f"{self.word}s": int(studies["len"].sum()), "none": none, "several": many}
        if not wrong.height:
            summary = f"one of the {self.word}s of each of {counted(studies.height, 'study', 'studies')} stands for it"
            return self.outcome("pass", summary, figures=figures)
        return self.outcome(
            "fail",
            f"{counted(none, 'study', 'studies')} without {_a(self.word)} that stands for it, {many:,} with several",
            advice=f"Loaders take the {self.word} that stands for a study: rebuild the {self.word}s.",
            figures=figures,
            cases=wrong["study"].head(20).to_list(),
        )


class VolumeRepresentatives(Representatives):
    """Likewise of the reconstructions of a scan."""

    name = "volumes"
    title = "One reconstruction stands for each scan"
    reads = ("volumes",)
    table = "volumes"
    word = "volume"

    def why_not(self, build: Build) -> str:
        """Volumes of datasets that rank nothing stand for themselves."""
        columns = [c.name for t in build.manifest.tables if t.name == self.table for c in t.columns]
        held = super().why_not(build)
        return held or ("" if "stands_for_study" in columns else "volumes of this dataset stand for themselves")


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
