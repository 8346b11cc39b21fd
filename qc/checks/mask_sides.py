"""Left and right in the masks: pairs that are swapped, and volumes that are mirrored."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from qc.measured import from_middle, measured
from qc.wording import counted
from schemas import anatomy
from schemas.quality import Outcome

SIDED: Final = {"liver": 1, "gallbladder": 1, "heart": -1, "stomach": -1, "spleen": -1}
"""Organs without a side in their name, and where they lie: 1 to the right of the middle, -1 to the left."""
VOTES: Final = 2
"""Organs that must agree; one alone may lie elsewhere."""
CRUMB: Final = 1.0
"""Millilitres below which a mask is a crumb of a structure that was cut off or missed: where it lies says nothing."""


class SwappedSides(Check):
    """Structures called left that lie to the right of their right twins, in millimetres of the patient.

    Pairs of which one is a crumb are counted, not judged.
    """

    name = "masks_swapped"
    group = "Volumes"
    title = "Left is left of right"
    reads = ("masks",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where any pair is swapped."""
        there = measured(build).filter(pl.col("voxels") > 0).select("id", "volume", "structure", "x", "volume_ml")
        pairs = _pairs().join(there, left_on="left", right_on="structure", maintain_order="left_right")
        both = pairs.join(
            there.select("volume", right="structure", x_right="x", ml_right="volume_ml"),
            on=["volume", "right"],
            maintain_order="left",
        )
        found, both = both.height, both.filter(pl.min_horizontal("volume_ml", "ml_right") >= CRUMB)
        swapped = both.filter(pl.col("x") > pl.col("x_right")).sort("id")
        cases = [f"{id}: {x - x_right:.0f} mm right of the {right}" for id, right, x, x_right in
                 swapped.select("id", "right", "x", "x_right").iter_rows()]  # fmt: skip
        figures = {"pairs": both.height, "swapped": swapped.height, "volumes": swapped["volume"].n_unique(),
                   "with_a_crumb": found - both.height}  # fmt: skip
        summary = f"{swapped.height:,} of {counted(both.height, 'pair')} swapped"
        summary += (
            f"; {found - both.height:,} more, of which one has less than {CRUMB:g} ml" if found > both.height else ""
        )
        advice = "Is the volume mirrored, or its affine wrong? Sides in questions and grounding hang on it."
        return self.outcome("fail" if swapped.height else "pass", summary, advice=advice, figures=figures, cases=cases)


class Mirrored(Check):
    """Volumes in which liver, heart, stomach and spleen lie on the wrong side: pixels that were flipped."""

    name = "masks_mirrored"
    group = "Volumes"
    title = "No volume is mirrored"
    reads = ("masks",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where at least `VOTES` organs, and most of those seen, lie on the wrong side."""
        organs = from_middle(build).filter(pl.col("structure").is_in(list(SIDED)))
        side = pl.col("structure").replace_strict(SIDED, return_dtype=pl.Int8)
        votes = organs.with_columns(wrong=pl.col("off") * side < 0)
        told = votes.group_by("volume", maintain_order=True).agg(
            seen=pl.len(), wrong=pl.col("wrong").sum(), named=pl.col("structure").filter("wrong")
        )
        mirrored = told.filter((pl.col("wrong") >= VOTES) & (2 * pl.col("wrong") > pl.col("seen"))).sort("volume")
        cases = [f"{volume}: {', '.join(named)} on the wrong side" for volume, named in
                 mirrored.select("volume", "named").iter_rows()]  # fmt: skip
        figures = {
            "volumes": told.height,
            "mirrored": mirrored.height,
            "organs_on_the_wrong_side": votes["wrong"].sum(),
        }
        summary = f"{mirrored.height:,} of {counted(told.height, 'volume')} mirrored by the vote of their organs"
        advice = "Flipped pixels under a header that does not say so, or situs inversus: look before you trust a side."
        return self.outcome("fail" if mirrored.height else "pass", summary, advice=advice, figures=figures, cases=cases)


def _pairs() -> pl.DataFrame:
    names = [(name, name.replace("left", "right", 1)) for name in anatomy.names() if anatomy.side(name) == "left"]
    known = [(left, right) for left, right in names if right in anatomy.nodes()]
    return pl.DataFrame(known, ["left", "right"], orient="row")
