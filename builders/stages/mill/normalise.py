"""Documents with their texts in one form, and without those that are none."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.normal_text import normalised
from builders.base import Kept, Stage


@dataclass(frozen=True)
class Normalise(Stage):
    """Document rows with their text normalised.

    Texts of nothing but blanks are rejected as `empty_text`, what is shorter than `min_characters` as `too_short`.
    """

    min_characters: int = 50

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Raise where ftfy is not installed."""
        import ftfy  # noqa: F401  # pyright: ignore[reportUnusedImport]

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Document rows."""
        rows = frames[0].with_columns(text=normalised(frames[0]["text"]))
        rows = rows.with_columns(letters=pl.col("text").str.len_chars())
        empty = pl.col("letters") == 0
        short = pl.col("letters") < self.min_characters
        said = pl.format("{} characters, at least {} are asked for", "letters", pl.lit(self.min_characters))
        reason = pl.when(empty).then(pl.lit("empty_text")).otherwise(pl.lit("too_short"))
        rejected = rows.filter(empty | short).select("id", reason=reason, detail=said)
        return Kept(rows.filter(~(empty | short)).drop("letters"), rejected)
