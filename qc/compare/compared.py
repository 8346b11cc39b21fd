"""A build's counts beside a reference's, and how far their orders agree."""

from pathlib import Path
from typing import Final

import polars as pl

from qc.build import Build
from qc.compare.built import built
from qc.compare.counts import TYPES, Counts
from qc.compare.released import released
from schemas.manifest import MANIFEST
from schemas.quality import Compared, Comparison, NodeCount

FEWEST: Final = 3
"""Nodes below which an order says nothing."""
BY_NAME: Final = ("disorders",)
"""Types whose nodes are words: only those that both sides use are compared, or shown."""


def compared(build: Build, reference: Path) -> Comparison:
    """Compare with a folder of published tables or with another build; raises `UsageError` for anything else."""
    other = reference / MANIFEST
    theirs = built(Build.open(reference)) if other.exists() else released(reference)
    ours = built(build)
    types = [name for name in TYPES if name in ours.rows["type"] and name in theirs.rows["type"]]
    return Comparison(
        reference=reference.name,
        cases=ours.cases,
        reference_cases=theirs.cases,
        types=[_compared(name, ours, theirs) for name in types],
        missing=[name for name in TYPES if name not in types],
    )


def _compared(name: str, ours: Counts, theirs: Counts) -> Compared:
    """Rank correlation over the nodes that the reference has; a node that the build lacks counts 0."""
    mine, other = (side.rows.filter(pl.col("type") == name).drop("type") for side in (ours, theirs))
    pairs = other.join(mine, on="node", how="inner" if name in BY_NAME else "left", suffix="_ours")
    pairs = pairs.with_columns(pl.col("cases_ours").fill_null(0)).sort(-pl.col("cases"), "node")
    return Compared(
        type=name,
        made_of=ours.made_of.get(name, ""),
        spearman=_spearman(pairs),
        spearman_both=_spearman(pairs.filter(pl.col("cases_ours") > 0)),
        nodes=[
            NodeCount(node=n, ours=o, reference=r) for n, r, o in pairs.select("node", "cases", "cases_ours").rows()
        ],
        only_ours=mine.join(other, on="node", how="anti").height,
        only_reference=other.join(mine, on="node", how="anti").height,
    )


def _spearman(pairs: pl.DataFrame) -> float | None:
    """None where there are too few nodes, or all counts of a side are equal."""
    if pairs.height < FEWEST or 1 in (pairs["cases"].n_unique(), pairs["cases_ours"].n_unique()):
        return None
    return round(pairs.select(pl.corr("cases", "cases_ours", method="spearman")).item(), 4)
