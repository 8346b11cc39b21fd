"""Which studies are no candidates of a query: itself, copies of its text, and other studies of its patient."""

import polars as pl

from qc.build import Build


def same_patient(build: Build) -> bool:
    """Whether studies of one patient are candidates of each other in this build."""
    return bool(build.manifest.settings.get("study_keys", {}).get("same_patient", False))


def excluded(build: Build, studies: pl.DataFrame) -> pl.DataFrame:
    """query, candidate of all such pairs within `studies` (id, patient, dup_group), in order."""
    columns = ["dup_group"] if same_patient(build) else ["dup_group", "patient"]
    own = studies.select(query="id", candidate="id")
    pairs = [
        studies.select("id", column)
        .drop_nulls()
        .join(studies.select(column, candidate="id"), on=column)
        .select(query="id", candidate="candidate")
        for column in columns
    ]
    return pl.concat([own, *pairs]).unique(maintain_order=True).sort("query", "candidate")
