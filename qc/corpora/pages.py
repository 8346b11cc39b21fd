"""How the pages of documents were read, and with what confidence."""

import polars as pl

from qc.build import Build
from qc.corpora.found import corpora
from schemas.quality import Sheet

_UNSURE = 0.7
"""Mean confidence of a page below which words are often wrong."""


def pages(build: Build) -> Sheet | None:
    """A line per source and way of reading; None without documents that have pages."""
    tables = {source: f"readings.{source}" for source in corpora(build) if build.has(f"readings.{source}")}
    if not tables:
        return None
    columns = ["method", "confidence", "characters"]
    rows = pl.concat([build.scan(table, columns).with_columns(source=pl.lit(name)) for name, table in tables.items()])
    found = (
        rows.with_columns(pl.col("method").cast(pl.String))
        .group_by("source", "method")
        .agg(
            pages=pl.len(),
            blank=(pl.col("characters") == 0).sum(),
            characters=pl.col("characters").sum(),
            confidence=pl.col("confidence").mean().cast(pl.Float64).round(3),
            unsure=(pl.col("confidence") < _UNSURE).sum(),
        )
        .sort("source", "method")
        .collect(engine="streaming")
    )
    return Sheet(
        name="pages",
        title="Pages",
        note=f"Per way of reading: pages without text, mean confidence of OCR, and pages below {_UNSURE}.",
        columns=["source", "read by", "pages", "blank", "characters", "confidence", "unsure"],
        rows=[[line[0], line[1].replace("_", " "), *line[2:]] for line in found.iter_rows()],
    )
