"""Which benchmarks have questions in the documents, and how many documents were left out for it."""

import polars as pl

from qc.build import Build
from qc.corpora.found import sources
from schemas.quality import Sheet


def contamination(build: Build) -> Sheet | None:
    """A line per file of a benchmark; None where no benchmark was given, or none was found."""
    tables = [f"contamination.{source}" for source in sources(build) if build.has(f"contamination.{source}")]
    if not tables:
        return None
    rows = pl.concat([build.scan(table, ["id", "item", "kind"]) for table in tables])
    found = (
        rows.with_columns(file=pl.col("item").str.replace(r":[^:]*$", ""), kind=pl.col("kind").cast(pl.String))
        .group_by("file")
        .agg(
            questions=pl.col("item").n_unique(),
            documents=pl.col("id").n_unique(),
            whole=(pl.col("kind") == "question").sum(),
            runs=(pl.col("kind") == "run").sum(),
        )
        .sort("file")
        .collect(engine="streaming")
    )
    return Sheet(
        name="contamination",
        title="Questions of benchmarks found in documents",
        note="These documents were left out. Whole questions, and runs of 13 words (24 letters without blanks).",
        columns=["benchmark", "questions", "documents", "whole questions", "runs"],
        rows=[list(line) for line in found.iter_rows()],
    )
