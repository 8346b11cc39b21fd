"""Rankings as arrays: ids coded once, so that every check of long rankings is a few numpy operations."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from qc.build import Build
from qc.scored import anatomies, marks

SAME = {"same_side": "laterality", "same_severity": "severity", "same_change": "change"}
"""Columns that say whether query and candidate agree, and in what."""

COLUMNS = ("query", "anatomy", "candidate", "stratum", "rank", "score", "n_tied", "rank_min", "rank_max", *SAME)
UNKNOWN = -1
"""Code of an id that the corpus does not have."""

NULL = -1
"""What stands for null where query and candidate say nothing that could agree."""


@dataclass(frozen=True)
class Codes:
    """Study ids and anatomies by code (their position here), for turning ids into codes and back.

    `marks`: what of the findings is scored, by both codes (`qc.scored`); None for a build without findings.
    """

    studies: pl.Series
    anatomies: pl.Series
    marks: np.ndarray | None = None

    @classmethod
    def of(cls, build: Build) -> "Codes":
        """All studies of the corpus and all anatomies that have findings or rankings, in sorted order."""
        studies = build.scan("corpus", ["id"]).select(pl.col("id").unique().sort()).collect()["id"]
        named = anatomies(build, ("findings", "rankings"))
        return cls(studies, named, marks(build, studies, named) if build.has("findings") else None)

    def code(self, frame: pl.DataFrame, split: str) -> "Ranked":
        """Rows of the rankings as arrays; a missing rank, or tie field, is 0."""
        coded = frame.select(
            pl.col("query", "candidate").cast(pl.Enum(self.studies), strict=False).to_physical().cast(pl.Int32),
            pl.col("anatomy").cast(pl.Enum(self.anatomies), strict=False).to_physical().cast(pl.Int32),
            pl.col("stratum").cast(pl.String),
            pl.col("rank", "n_tied", "rank_min", "rank_max").cast(pl.Int32).fill_null(0),
            pl.col(*SAME).cast(pl.Int8).fill_null(NULL),
            "score",
        ).with_columns(pl.col("query", "candidate", "anatomy").fill_null(UNKNOWN))
        return Ranked(split, self, coded)


@dataclass(frozen=True)
class Ranked:
    """Whole queries of one split: `rows` has the ranking's columns with codes for query, candidate, anatomy."""

    split: str
    codes: Codes
    rows: pl.DataFrame

    def array(self, column: str) -> np.ndarray:
        """One column as an array without a copy where possible."""
        return self.rows[column].to_numpy()

    @cached_property
    def group(self) -> np.ndarray:
        """Number of the run of equal (query, anatomy) each row belongs to, ascending from 0."""
        query, anatomy = self.array("query"), self.array("anatomy")
        new = np.ones(len(query), bool)
        new[1:] = (query[1:] != query[:-1]) | (anatomy[1:] != anatomy[:-1])
        return np.cumsum(new, dtype=np.int64) - 1

    @cached_property
    def top(self) -> pl.DataFrame:
        """Rows with a rank in order of (group, rank), with `group`; ties in rank keep the order of the file."""
        ranked = self.rows.with_columns(group=self.group).filter(pl.col("rank") > 0)
        return ranked.sort("group", "rank", maintain_order=True)

    def name(self, query: int, anatomy: int) -> str:
        """The readable name of a (query, anatomy)."""
        study = self.codes.studies[query] if query != UNKNOWN else "unknown study"
        return f"{study} · {self.codes.anatomies[anatomy]}"


def all_ranked(build: Build, codes: Codes) -> Iterator[Ranked]:
    """Every ranking of a build, whole queries at a time."""
    for split, rows in build.pieces("rankings", COLUMNS, ["query", "anatomy"]):
        yield codes.code(rows, split)


def of_queries(build: Build, codes: Codes, queries: list[str]) -> Ranked:
    """Every ranking of a few queries, each candidate once a stratum, in the order of the key."""
    key = ["query", "anatomy", "candidate", "stratum"]
    rows = build.scan("rankings", COLUMNS).filter(pl.col("query").is_in(queries)).collect()
    return codes.code(rows.unique(key, maintain_order=True).sort(key), "all")
