"""Which tables of a build are corpora of documents, and how much they hold."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from qc.build import Build

_CORPUS: Final = "corpus."
_SCORES: Final = "scores."


def corpora(build: Build) -> dict[str, str]:
    """Name of the source to its table of documents, in the manifest's order."""
    return _named(build, _CORPUS)


def sources(build: Build) -> list[str]:
    """Names of all sources, also of those of which no document stayed."""
    found = (stage.table for stage in build.manifest.stages if stage.table.startswith(_CORPUS))
    return [table.removeprefix(_CORPUS) for table in found]


def scored(build: Build) -> dict[str, str]:
    """Name of the source to its table of scores."""
    return _named(build, _SCORES)


def _named(build: Build, head: str) -> dict[str, str]:
    wanted = "language"
    return {
        table.name.removeprefix(head): table.name
        for table in build.manifest.tables
        if table.name.startswith(head)
        and any(column.name == wanted for column in table.columns)
        and build.has(table.name)
    }


def documents_of(build: Build, columns: Sequence[str]) -> pl.LazyFrame:
    """Columns of all documents, with the name of their source as `source`; raises `ValueError` without a corpus."""
    tables = corpora(build)
    if not tables:
        raise ValueError("this build holds no corpus of documents")
    parts = [build.scan(table, columns).with_columns(source=pl.lit(name)) for name, table in tables.items()]
    return pl.concat(parts, how="vertical_relaxed")


def sum_of(build: Build, tables: dict[str, str], columns: Sequence[str]) -> dict[str, int]:
    """Documents, and the sums of columns; `characters` are counted from the texts."""
    sums = [pl.col("text").str.len_chars().sum().alias(c) if c == "characters" else pl.col(c).sum() for c in columns]
    wanted = ["text" if column == "characters" else column for column in columns]
    counted = [build.scan(table, wanted).select(pl.len().alias("documents"), *sums) for table in tables.values()]
    found = pl.concat(counted)
    return {name: int(value or 0) for name, value in found.sum().collect(engine="streaming").row(0, named=True).items()}
