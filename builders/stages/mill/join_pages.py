"""From pages to documents: the pages of each in their order, with a blank line between them."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Stage
from schemas.corpora import Document

BETWEEN = "\n\n"
"""A paragraph ends with its page; a form feed would be a control character to all that reads the text later."""


@dataclass(frozen=True)
class JoinPages(Stage):
    """One row per document; one without a letter or digit on any page is rejected.

    Pages of one document may lie in several partitions, so the shape is `Group(("document",), of="id")` and the table's
    `input_id` is `document`. Pages without text leave no gap.
    """

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Page rows, and PdfFile rows for title and licence. Returns Document rows."""
        pages, *files = frames
        pages = pages.sort("document", "page").with_columns(pl.col("text").str.strip_chars())
        said = pages.filter(pl.col("text") != "")
        joined = said.group_by("document", maintain_order=True).agg(pl.col("text").str.join(BETWEEN))
        speaks = pl.col("text").str.contains(r"[\p{L}\p{N}]")
        kept = joined.filter(speaks)
        mute = pages.join(kept, on="document", how="anti", maintain_order="left")
        return Kept(_documents(kept, files), _rejected(mute))


def _documents(kept: pl.DataFrame, files: list[pl.DataFrame]) -> pl.DataFrame:
    about = files[0] if files else pl.DataFrame(schema=dict.fromkeys(("document", "title", "licence"), pl.String))
    rows = kept.join(about.select("document", "title", "licence"), on="document", how="left", maintain_order="left")
    rows = rows.with_columns(id="document", file="document")
    wanted = {name: column.dtype for name, column in Document.columns().items()}
    return rows.select(
        pl.col(name) if name in rows.columns else pl.lit(None, dtype).alias(name) for name, dtype in wanted.items()
    )


def _rejected(mute: pl.DataFrame) -> pl.DataFrame:
    read = (pl.col("method") == "ocr").sum()
    detail = pl.format("no letter or digit on {} pages; {} of them were read by OCR", pl.len(), read)
    counted = mute.group_by("document", maintain_order=True).agg(detail.alias("detail"))
    return counted.select(id="document", reason=pl.lit("no_text"), detail="detail").cast(pl.Schema(REJECTED_SCHEMA))
