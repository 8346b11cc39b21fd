"""Some studies of a large dataset, and all of a smaller one."""

from typing import Final

import polars as pl

from qc.build import Build

MOST_STUDIES: Final = 20_000
"""Studies looked at one by one; of more, so many are drawn by a hash of their id."""


def drawn(build: Build, column: str) -> pl.Expr:
    """Whether the study that `column` names is one of those looked at."""
    every = -(-build.rows("corpus") // MOST_STUDIES)
    return pl.lit(True) if every <= 1 else pl.col(column).hash(seed=5) % every == 0


def told(build: Build) -> str:
    """How a summary says that it speaks of some studies only; nothing where it speaks of all."""
    every = -(-build.rows("corpus") // MOST_STUDIES)
    return "" if every <= 1 else f" (one study in {every})"
