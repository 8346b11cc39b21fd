"""Volumes lie in the patient as a chest does: spacing, extent, axes."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome

SPACING: Final = (0.2, 10.0)
"""Millimetres between voxels: finer than any scanner, coarser than any use of a chest CT."""
EXTENT: Final = (100.0, 1300.0)
"""Millimetres along an axis: CT-RATE reaches 1,212."""
OBLIQUE: Final = 30.0
"""Degrees: a gantry is tilted by less."""


class Geometry(Check):
    """Counts volumes whose header can hardly be true; masks, sizes and sides all hang on it."""

    name = "volumes_geometry"
    group = "Volumes"
    title = "Volumes have a plausible geometry"
    reads = ("volumes", "segmentations")

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where any volume is out of the ranges."""
        rows = build.scan("volumes", ["id", "shape", "spacing", "oblique", "orientation"]).collect().sort("id")
        spacing = rows["spacing"].list
        extent = (rows["shape"].cast(pl.List(pl.Float32)) * rows["spacing"]).list
        odd = rows.select(
            "id",
            spacing=(spacing.min() < SPACING[0]) | (spacing.max() > SPACING[1]),
            extent=(extent.min() < EXTENT[0]) | (extent.max() > EXTENT[1]),
            oblique=pl.col("oblique") > OBLIQUE,
        )
        wrong = odd.filter(pl.any_horizontal("spacing", "extent", "oblique"))
        cases = [
            f"{id}: {', '.join(word for word, is_odd in (('spacing', a), ('extent', b), ('oblique', c)) if is_odd)}"
            for id, a, b, c in wrong.iter_rows()
        ]
        figures = {"volumes": rows.height, "odd": wrong.height, "axes": rows["orientation"].n_unique()}
        summary = f"{wrong.height:,} of {counted(rows.height, 'volume')} with odd spacing, extent or tilt"
        advice = "Look at the header: is the spacing that of the source's table, are slices missing?"
        return self.outcome("warn" if wrong.height else "pass", summary, advice=advice, figures=figures, cases=cases)
