"""The masks of a build as the checks of volumes read them: one frame of what is there."""

from pathlib import Path
from typing import Final

import polars as pl

from qc.build import Build

COLUMNS: Final = (
    "id", "volume", "study", "structure", "origin", "voxels", "volume_ml", "centroid", "borders", "largest_share",
    "components", "overlaps",
)  # fmt: skip
MIDDLE: Final = ("vertebrae", "thoracic spine", "spinal cord", "aorta")
"""Where the middle of the patient is, by the first of these that is there."""
PLAUSIBLE: Final = Path(__file__).with_name("plausible.tsv")


def measured(build: Build) -> pl.DataFrame:
    """Rows of `masks` in the order of ids, with `x`, `y`, `z`: the centroid in mm of the patient, RAS+."""
    rows = build.scan("masks", COLUMNS).collect(engine="streaming").sort("id")
    axes = [pl.col("centroid").list.get(axis, null_on_oob=True).alias(name) for axis, name in enumerate("xyz")]
    return rows.with_columns(axes).drop("centroid")


def from_middle(build: Build) -> pl.DataFrame:
    """Masks that are not empty, with `off`: mm from the middle of the patient, to the right where positive.

    The middle is where the vertebrae are, or else the spinal cord, or else the aorta; else `off` is null.
    """
    there = measured(build).filter(pl.col("voxels") > 0)
    middle = (
        there.filter(pl.col("structure").is_in(MIDDLE))
        .with_columns(order=pl.col("structure").replace_strict(MIDDLE, range(len(MIDDLE)), return_dtype=pl.Int8))
        .sort("volume", "order")
        .unique("volume", keep="first", maintain_order=True)
        .select("volume", middle="x")
    )
    both = there.join(middle, on="volume", maintain_order="left")
    return both.with_columns(off=pl.col("x") - pl.col("middle"))


def plausible() -> pl.DataFrame:
    """structure, least_ml, most_ml, pieces: what a whole structure of an adult may measure; see the file's head."""
    return pl.read_csv(PLAUSIBLE, separator="\t", comment_prefix="#")
