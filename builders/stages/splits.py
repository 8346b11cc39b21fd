"""Splits that are drawn where a source has none: by a hash of what must stay together, the same in every table."""

from typing import Final

import polars as pl

from builders.stages.hashing import fraction
from schemas.words import SPLITS

Fractions = tuple[float, float, float]
DRAWN: Final[Fractions] = (0.8, 0.1, 0.1)
"""Shares of train, validation and test."""


def demand_shares(fractions: Fractions) -> None:
    """Raise `ValueError` unless these are shares of the splits."""
    if abs(sum(fractions) - 1) > 1e-9 or min(fractions) < 0:
        raise ValueError(f"fractions of {', '.join(SPLITS)} must add up to 1, got {fractions}")


def drawn_split(units: pl.Series, fractions: Fractions, seed: str) -> pl.Series:
    """The split of each unit (a patient, a group of equal texts), as strings; null where the unit is null.

    Tables that draw by the same units, shares and seed agree.
    """
    train, validation, _ = fractions
    place = pl.col("place")
    drawn = pl.when(place < train).then(pl.lit("train")).when(place < train + validation).then(pl.lit("validation"))
    known = pl.when(place.is_not_null()).then(drawn.otherwise(pl.lit("test")))
    return fraction(units, seed=seed).to_frame("place").select(split=known).to_series()
