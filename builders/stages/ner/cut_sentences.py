"""From reports to sentences, each under an id of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.reading.sentences import split
from builders.base import Stage
from schemas.ner import Sentence
from schemas.references import passages

_SAYS = r"\p{L}{2}"
"""A sentence has a word."""


@dataclass(frozen=True)
class CutSentences(Stage):
    """Sentence rows of the passages that are read; what has no word of two letters is none."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows; needs `drawn`."""
        kinds = pl.read_parquet(needs["drawn"] / "*.parquet", columns=["id", "source", "modality", "region"])
        cut = passages(frames[0]).drop("offset").unique(["report", "section", "section_index"], maintain_order=True)
        bounds = pl.Series("bounds", [split(text) for text in cut["text"]], pl.List(pl.Array(pl.Int32, 2)))
        rows = (
            cut.with_columns(bounds, number=pl.int_ranges(bounds.list.len()))
            .explode("bounds", "number")
            .drop_nulls("bounds")
            .with_columns(start=pl.col("bounds").arr.first(), end=pl.col("bounds").arr.last())
            .with_columns(text=pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")))
            .filter(pl.col("text").str.contains(_SAYS))
        )
        splits = frames[0].select(report="id", split="split")
        named = rows.join(splits, on="report", how="left", maintain_order="left")
        named = named.join(kinds.rename({"id": "report"}), on="report", how="left", maintain_order="left")
        parts = (pl.col(name).cast(pl.String) for name in ("report", "section", "section_index", "number"))
        return named.with_columns(id=pl.concat_str(*parts, separator="/")).select(Sentence.column_names())

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Measured on Open-i."""
        return 6 * rows, 600 * rows
