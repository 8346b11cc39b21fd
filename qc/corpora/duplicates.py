"""How many documents repeat another, and how large the clusters of them are."""

from typing import Final

import polars as pl

from qc.build import Build
from schemas.quality import Sheet

_TABLE: Final = "duplicates"


def duplicates(build: Build) -> Sheet | None:
    """A line per size of cluster; None where there are none."""
    if not build.has(_TABLE):
        return None
    rows = build.scan(_TABLE, ["kept", "kind"]).with_columns(pl.col("kind").cast(pl.String))
    clusters = rows.group_by("kept").agg(
        documents=pl.len(), exact=(pl.col("kind") == "exact").sum(), near=(pl.col("kind") == "near").sum()
    )
    size = pl.col("documents")
    band = pl.when(size <= 3).then(size.cast(pl.String)).when(size <= 9).then(pl.lit("4 to 9"))
    band = band.when(size <= 99).then(pl.lit("10 to 99")).otherwise(pl.lit("100 and more"))
    found = (
        clusters.with_columns(band=band)
        .group_by("band")
        .agg(
            least=size.min(),
            clusters=pl.len(),
            documents=size.sum(),
            exact=pl.col("exact").sum(),
            near=pl.col("near").sum(),
        )
        .sort("least")
        .drop("least")
        .collect(engine="streaming")
    )
    return Sheet(
        name="duplicates",
        title="Clusters of copies",
        note="By how many documents a cluster has, the kept one with it: how many of them were exact and near copies.",
        columns=["documents in a cluster", "clusters", "documents", "exact copies", "near copies"],
        rows=[list(line) for line in found.iter_rows()],
    )
