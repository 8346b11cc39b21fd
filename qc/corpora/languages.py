"""What sources say their documents are in, against what was identified."""

from typing import Final

import polars as pl

from qc.build import Build
from qc.corpora.found import scored
from schemas.quality import Figure, Sheet

_MOST: Final = 12
"""Languages in a row or column; the rest stands together."""


def languages(build: Build) -> Sheet | None:
    """A line per declared language; None where no source declares any."""
    tables = scored(build)
    if not tables:
        return None
    rows = pl.concat([build.scan(table, ["declared_language", "language"]) for table in tables.values()])
    found = rows.group_by("declared_language", "language").len().collect(engine="streaming")
    if found["declared_language"].null_count() == found.height:
        return None
    said = found.with_columns(pl.col("declared_language").str.head(2).str.to_lowercase().fill_null("not said"))
    said = said.with_columns(_rare(said, "declared_language"), _rare(said, "language"))
    wide = said.pivot("language", index="declared_language", values="len", aggregate_function="sum", sort_columns=True)
    order = wide.select(pl.sum_horizontal(pl.all().exclude("declared_language"))).to_series()
    wide = wide.with_columns(order.alias("all")).sort("all", "declared_language", descending=[True, False])
    lines: list[list[Figure]] = [list(line) for line in wide.iter_rows()]
    return Sheet(
        name="languages",
        title="Languages, said and identified",
        note="Documents by the language that their source declares (line) and the one that was identified (column).",
        columns=["declared", *wide.columns[1:]],
        rows=lines,
    )


def _rare(counts: pl.DataFrame, column: str) -> pl.Expr:
    """The column, with `other` for all but the most frequent."""
    whole = (
        counts.group_by(column, maintain_order=True)
        .agg(pl.col("len").sum())
        .sort("len", column, descending=[True, False])
    )
    common = whole[column].head(_MOST)
    return pl.when(pl.col(column).is_in(common.implode())).then(pl.col(column)).otherwise(pl.lit("other")).alias(column)
