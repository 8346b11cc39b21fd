"""The scans that questions are about: those with a report, and those with a volume alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from schemas.retrieval import CorpusKey


@dataclass(frozen=True)
class Scans(Stage):
    """CorpusKey rows of the corpus, then of the scans of volumes that were kept without a report."""

    version = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: CorpusKey and OpenedVolume rows."""
        keys, volumes = (frame.select(CorpusKey.column_names()) for frame in frames)
        return pl.concat([keys, volumes]).unique("study", keep="first", maintain_order=True)
