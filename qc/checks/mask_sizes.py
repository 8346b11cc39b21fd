"""Masks that are empty, tiny, too large, or in pieces."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.measured import measured, plausible
from qc.wording import counted
from schemas.quality import Outcome

MANY: Final = 0.05
"""Of the whole structures looked at; a few of a large dataset are patients, not mistakes."""
LARGEST: Final = 0.9
LEAST: Final = 3
"""Structures that a mask of a chest holds at the very least."""


class EmptyMasks(Check):
    """Volumes in which next to nothing was found: a wrong scale, a wrong part of the body, a segmenter that failed."""

    name = "masks_empty"
    group = "Volumes"
    title = "Something was found in every volume"
    reads = ("segmentations", "masks")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where a volume has fewer than `LEAST` structures."""
        found = (
            measured(build)
            .filter(origin="direct")
            .group_by("volume", maintain_order=True)
            .agg(pl.col("voxels").gt(0).sum().alias("there"), pl.len().alias("asked"))
        )
        empty = found.filter(pl.col("there") < pl.min_horizontal(pl.lit(LEAST), "asked"))
        cases = [f"{volume}: {there} of {asked} structures found" for volume, there, asked in empty.iter_rows()]
        summary = f"{empty.height:,} of {counted(found.height, 'volume')} with next to no structure found"
        figures = {"volumes": found.height, "empty": empty.height, "structures_median": found["there"].median() or 0}
        advice = "Look at the scale and the orientation of these volumes, and whether they show a chest."
        return self.outcome("fail" if empty.height else "pass", summary, advice=advice, figures=figures, cases=cases)


class MaskSizes(Check):
    """Structures that lie whole in the field of view, held against what an adult's may measure (`plausible.tsv`)."""

    name = "masks_sizes"
    group = "Volumes"
    title = "Structures have plausible sizes"
    reads = ("masks",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn above `MANY` of the structures."""
        whole = _whole(build)
        small, large = pl.col("volume_ml") < pl.col("least_ml"), pl.col("volume_ml") > pl.col("most_ml")
        odd = whole.filter(small | large).select("id", "volume_ml", "least_ml", "most_ml")
        cases = [f"{id}: {ml:.1f} ml, expected {least:g} to {most:g}" for id, ml, least, most in odd.iter_rows()]
        figures = {"structures": whole.height, "odd": odd.height}
        share = odd.height / max(whole.height, 1)
        summary = f"{odd.height:,} of {counted(whole.height, 'whole structure')} ({share:.1%}) of an odd size"
        advice = "Open the masks in medmill review: operated, diseased, or not segmented?"
        return self.outcome("warn" if share > MANY else "pass", summary, advice=advice, figures=figures, cases=cases)


class MaskPieces(Check):
    """Structures of one piece whose mask is in several."""

    name = "masks_pieces"
    group = "Volumes"
    title = "Structures of one piece are in one piece"
    reads = ("masks",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn above `MANY` of the structures."""
        whole = _whole(build).filter(pl.col("pieces") == 1).drop_nulls("largest_share")
        odd = whole.filter(pl.col("largest_share") < LARGEST).select("id", "components", "largest_share")
        cases = [f"{id}: {pieces} pieces, the largest {share:.0%}" for id, pieces, share in odd.iter_rows()]
        figures = {"structures": whole.height, "odd": odd.height}
        share = odd.height / max(whole.height, 1)
        summary = f"{odd.height:,} of {counted(whole.height, 'structure')} ({share:.1%}) in pieces"
        advice = "Open the masks in medmill review; a weak segmenter leaves crumbs."
        return self.outcome("warn" if share > MANY else "pass", summary, advice=advice, figures=figures, cases=cases)


def _whole(build: Build) -> pl.DataFrame:
    """Structures with known ranges that no face of the volume cuts."""
    there = measured(build).filter(pl.col("voxels") > 0, pl.col("borders").list.len() == 0)
    return there.join(plausible(), on="structure", how="inner", maintain_order="left")


class CutMasks(Check):
    """How many structures the field of view cuts; nothing is asked about their size."""

    name = "masks_cut"
    group = "Volumes"
    title = "Structures that the field of view cuts are known"
    reads = ("masks",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Never more than told."""
        there = measured(build).filter(pl.col("voxels") > 0)
        cut = there.filter(pl.col("borders").list.len() > 0)
        share = cut.height / max(there.height, 1)
        summary = f"{cut.height:,} of {counted(there.height, 'structure')} ({share:.1%}) touch a face of the volume"
        return self.outcome("pass", summary, figures={"structures": there.height, "cut": cut.height})
