"""Which licences the documents have, and what each lets a release do with them."""

import polars as pl

from qc.build import Build
from qc.corpora.found import documents_of
from schemas.licences import UNKNOWN, group, normalised
from schemas.quality import Figure, Sheet


def licences(build: Build) -> Sheet:
    """A line per licence, most documents first."""
    rows = documents_of(build, ["licence", "language"])
    found = rows.group_by("licence").len("documents").collect(engine="streaming")
    found = found.with_columns(pl.Series("named", [normalised(licence) for licence in found["licence"]], pl.String))
    each = found.group_by("named", maintain_order=True).agg(pl.col("documents").sum())
    lines: list[list[Figure]] = [
        [name, documents, "stays home" if name == UNKNOWN else f"leaves as {group(name)}"]
        for name, documents in each.sort("documents", "named", descending=[True, False]).iter_rows()
    ]
    return Sheet(
        name="licences",
        title="Licences",
        note="Per licence of the rows. What has none, or one that is not known, stays out of every release.",
        columns=["licence", "documents", "in a release"],
        rows=lines,
    )
