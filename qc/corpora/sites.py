"""Which sites have most documents in the corpus."""

from typing import Final

import polars as pl

from qc.build import Build
from qc.corpora.found import documents_of
from schemas.quality import Sheet

_MOST: Final = 20


def sites(build: Build) -> Sheet | None:
    """A line per site, most documents first; None where documents have no address."""
    rows = documents_of(build, ["url", "language", "text"]).with_columns(site=_site())
    found = (
        rows.drop_nulls("site")
        .group_by("site")
        .agg(
            documents=pl.len(),
            characters=pl.col("text").str.len_chars().sum(),
            languages=pl.col("language").unique().sort().str.join(", "),
        )
        .sort("documents", "site", descending=[True, False])
        .head(_MOST)
        .collect(engine="streaming")
    )
    if found.is_empty():
        return None
    return Sheet(
        name="sites",
        title="Sites with most documents",
        note=f"By the host of their address, the first {_MOST}.",
        columns=["site", "documents", "characters", "languages"],
        rows=[list(line) for line in found.iter_rows()],
    )


def _site() -> pl.Expr:
    return pl.col("url").str.extract(r"^[a-zA-Z][a-zA-Z0-9+.\-]*://(?:[^/@]*@)?([^/:?#]+)").str.to_lowercase()
