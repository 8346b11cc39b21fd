"""How each page of a document was read, without its text: what the report and readers of a corpus judge scans by."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from schemas.corpora import PageReading


@dataclass(frozen=True)
class PageReadings(Stage):
    """PageReading rows; texts of pages stay in the build, where nobody has judged or scrubbed them yet."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Page rows, and PdfFile rows for the licence."""
        pages, files = frames
        licences = files.select("document", "licence")
        return (
            pages.join(licences, on="document", how="left", maintain_order="left")
            .with_columns(characters=pl.col("text").str.len_chars().cast(pl.Int64))
            .select(PageReading.column_names())
        )
