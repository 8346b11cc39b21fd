"""Cases by type and node: the one shape that a build and published files are counted in."""

from dataclasses import dataclass
from typing import Final

import polars as pl

TYPES: Final = ("abnormality", "location", "presence yes", "presence no", "size", "disorders")
"""`abnormality`: something is said of the node, be it that there is nothing; `location`: a finding lies there;
`presence yes`, `presence no`: it is asked about with that answer; `size`: it is measured there. Of `disorders` the
node is the name of the disorder."""
COUNTED: Final = {"type": pl.String, "node": pl.String, "case": pl.String}
"""Columns that are counted: distinct cases per type and node."""


@dataclass(frozen=True)
class Counts:
    """`rows`: type, node, cases, sorted. `made_of`: the tables that each type was read from. `cases`: in all."""

    rows: pl.DataFrame
    made_of: dict[str, str]
    cases: int


def counted(parts: list[pl.LazyFrame], made_of: dict[str, str], cases: int | None = None) -> Counts:
    """Count rows of (type, node, case); `cases`: how many there are where some may have no row."""
    empty = pl.LazyFrame(schema=COUNTED)
    told = pl.concat([empty, *(part.select(*COUNTED) for part in parts)])
    rows = told.group_by("type", "node").agg(cases=pl.col("case").n_unique().cast(pl.Int64)).sort("type", "node")
    seen = cases if cases is not None else told.select(pl.col("case").n_unique()).collect().item()
    return Counts(rows.collect(), made_of, seen)
