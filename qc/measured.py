"""The masks of a build as the checks of volumes read them: one frame of what is there."""

from pathlib import Path
from typing import Final

import polars as pl

from qc.build import Build

COLUMNS: Final = (
    "id", "volume", "study", "structure", "origin", "voxels", "volume_ml", "centroid", "borders", "largest_share",
    "components",
)  # fmt: skip
PLAUSIBLE: Final = Path(__file__).with_name("plausible.tsv")


def measured(build: Build) -> pl.DataFrame:
    """Rows of `masks` in the order of ids, with `x`, `y`, `z`: the centroid in mm of the patient, RAS+."""
    rows = build.scan("masks", COLUMNS).collect(engine="streaming").sort("id")
    axes = [pl.col("centroid").list.get(axis, null_on_oob=True).alias(name) for axis, name in enumerate("xyz")]
    return rows.with_columns(axes).drop("centroid")


def plausible() -> pl.DataFrame:
    """structure, least_ml, most_ml, pieces: what a whole structure of an adult may measure; see the file's head."""
    return pl.read_csv(PLAUSIBLE, separator="\t", comment_prefix="#")
