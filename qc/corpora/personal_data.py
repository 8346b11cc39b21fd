"""How many addresses and numbers of persons were replaced, by kind and language."""

import polars as pl

from qc.build import Build
from qc.corpora.found import documents_of
from schemas.corpora import PII_KINDS
from schemas.quality import Sheet


def personal_data(build: Build) -> Sheet | None:
    """A line per language; None where nothing was replaced."""
    rows = documents_of(build, ["language", "pii"]).unnest("pii")
    touched = pl.any_horizontal(pl.col(kind) > 0 for kind in PII_KINDS).sum().alias("documents")
    sums = [pl.col(kind).sum() for kind in PII_KINDS]
    found = rows.group_by("language").agg(touched, *sums).sort("language").collect(engine="streaming")
    if found["documents"].sum() == 0:
        return None
    return Sheet(
        name="personal_data",
        title="Personal data replaced",
        note="Marks that stand in documents of the corpus in the place of what named a person.",
        columns=["language", "documents", *(kind.replace("_", " ") for kind in PII_KINDS)],
        rows=[list(line) for line in found.iter_rows()],
    )
