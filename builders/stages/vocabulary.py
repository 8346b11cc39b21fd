"""Every distinct entity of the findings once: what is embedded, and what finding sets are made of."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from schemas.scoring import VocabularyEntry


@dataclass(frozen=True)
class Vocabulary(Stage):
    """The distinct (term, type) of all findings, in the order of the words; equal terms share a row."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: StudyFinding rows, of which `entities` is read. Returns VocabularyEntry rows."""
        entities = frames[0].select(pl.col("entities").explode()).drop_nulls().unnest("entities")
        distinct = entities.select("term", "type").unique(maintain_order=True).sort("term", "type")
        return distinct.with_row_index("entry").select(
            pl.col("entry").cast(VocabularyEntry.entry.dtype),
            "term",
            "type",
            row=(pl.col("term").rank("dense") - 1).cast(VocabularyEntry.row.dtype),
        )
