"""Documents, characters and tokens per language and source, beside the published corpus."""

from typing import Final

import polars as pl

from qc.build import Build
from qc.corpora.found import documents_of
from schemas.quality import Sheet

PUBLISHED: Final = {"en": 10.56, "es": 4.35, "fr": 2.10, "ru": 1.69, "zh": 4.74, "ja": 2.05}
"""Billions of tokens of MMedC by language (its card on the Hub, arXiv 2402.13963)."""

_BILLION: Final = 1e9


def counts(build: Build) -> Sheet:
    """A line per language and source, largest first, and one per language for all."""
    rows = documents_of(build, ["language", "text", "tokens"])
    each = rows.group_by("language", "source").agg(
        documents=pl.len(),
        characters=pl.col("text").str.len_chars().sum(),
        tokens=pl.when(pl.col("tokens").count() > 0).then(pl.col("tokens").sum()),
    )
    found = each.collect(engine="streaming").sort("language", "source")
    whole = found.group_by("language", maintain_order=True).agg(
        source=pl.lit("all"),
        documents=pl.col("documents").sum(),
        characters=pl.col("characters").sum(),
        tokens=pl.when(pl.col("tokens").count() > 0).then(pl.col("tokens").sum()),
    )
    lines = [
        [*line, PUBLISHED.get(line[0]) if line[1] == "all" else None]
        for line in pl.concat([whole, found.select(whole.columns)]).sort("language", maintain_order=True).iter_rows()
    ]
    return Sheet(
        name="counts",
        title="Documents and tokens",
        note="Per language and source. Published: billions of tokens of MMedC by its own tokenizer.",
        columns=["language", "source", "documents", "characters", "tokens", "published, billions"],
        rows=lines,
    )
