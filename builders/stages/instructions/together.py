"""Rows of all corpora in one table."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage


@dataclass(frozen=True)
class Together(Stage):
    """The rows of several tables of one kind, sorted `by` these columns, whatever corpus they are of."""

    by: tuple[str, ...]

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: rows of each corpus."""
        return pl.concat(frames).sort(self.by)
