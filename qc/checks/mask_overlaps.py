"""Organs that lie in one another."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.measured import measured, plausible
from qc.wording import counted
from schemas import anatomy
from schemas.quality import Outcome

MUCH: Final = 0.05
"""Of the smaller of two; the borders that two tasks draw differ by a voxel or two."""


class Overlaps(Check):
    """Pairs of whole organs (those of `plausible.tsv`) of which two tasks, or two files, claim the same voxels.

    A part and its whole may share voxels, and so may what is not an organ: cavities, vessels within, findings.
    """

    name = "masks_overlap"
    group = "Volumes"
    title = "Organs do not lie in one another"
    reads = ("masks",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where any two do."""
        organs = measured(build).filter(pl.col("structure").is_in(plausible()["structure"].to_list()))
        size = organs.select("volume", other="structure", other_voxels="voxels")
        pairs = (
            organs.select("id", "volume", "structure", "voxels", "overlaps").explode("overlaps").drop_nulls("overlaps")
        )
        pairs = pairs.with_columns(
            other=pl.col("overlaps").struct.field("structure"), both=pl.col("overlaps").struct.field("voxels")
        ).filter(pl.col("structure") < pl.col("other"))
        shared = pairs.join(size, on=["volume", "other"], how="inner", maintain_order="left")
        shared = shared.with_columns(share=pl.col("both") / pl.min_horizontal("voxels", "other_voxels"))
        apart = [not _related(*pair) for pair in shared.select("structure", "other").iter_rows()]
        odd = shared.filter(pl.Series(apart, dtype=pl.Boolean) & (pl.col("share") > MUCH)).sort("id", "other")
        cases = [f"{id}: {share:.0%} of the smaller is {other} too" for id, other, share in
                 odd.select("id", "other", "share").iter_rows()]  # fmt: skip
        summary = f"{counted(odd.height, 'pair')} of organs in one another, {sum(apart):,} share any voxel"
        figures = {"sharing": sum(apart), "odd": odd.height}
        advice = "Which of the two is wrong? Open both in medmill review; questions about either rest on it."
        return self.outcome("warn" if odd.height else "pass", summary, advice=advice, figures=figures, cases=cases)


def _related(one: str, other: str) -> bool:
    return one in anatomy.ancestors(other) or other in anatomy.ancestors(one)
