"""What is known of the queries of one anatomy and of what they retrieved: stored scores, and scores to make."""

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from qc.build import Build
from schemas.grades import POSITIVE


class Scorer(Protocol):
    """Scores any pair of studies as the dataset would have stored it."""

    def scores(self, split: str, anatomy: str, pairs: pl.DataFrame) -> pl.Series:
        """The score of every row of query, candidate (Float32); null where either has no findings to score."""
        ...

    def count_above(self, split: str, anatomy: str, queries: pl.Series, bound: float) -> pl.Series:
        """How many candidates of every query score above the bound."""
        ...


@dataclass(frozen=True)
class Judged:
    """One anatomy of one split. `queries`, in order: query, line, evaluable, cut, relevant, abnormal; null relevant:
    as many as `pairs` has. `pairs`: query, candidate, gain. `depth`: so many of the best are known per query.
    """

    queries: pl.DataFrame
    pairs: pl.DataFrame
    depth: int


def judged(build: Build, split: str, anatomy: str, scorer: Scorer | None) -> Judged:
    """What the dataset stores of one anatomy."""
    rows = build.scan("rankings", ["query", "anatomy", "candidate", "score", "rank", "rank_max"])
    rows = rows.filter(pl.col("anatomy") == anatomy, pl.col("file_split") == split).collect()
    pairs = rows.group_by("query", "candidate", maintain_order=True).agg(gain=pl.col("score").max())
    positive = pl.col("score") > pl.lit(POSITIVE, pl.Float32)
    queries = rows.group_by("query", maintain_order=True).agg(
        evaluable=positive.any(),
        cut=(pl.col("rank_max").max() > pl.col("rank").max()).fill_null(False),
        best=(positive & pl.col("rank").is_not_null()).sum(),
    )
    findings = build.scan("findings", ["study", "anatomy", "polarity"]).filter(pl.col("anatomy") == anatomy)
    polarity = findings.select(query="study", abnormal=pl.col("polarity").cast(pl.String) != "normal").collect()
    depth = _depth(build, rows)
    queries = queries.join(polarity, on="query", how="left").sort("query").with_columns(line=pl.int_range(pl.len()))
    queries = queries.with_columns(pl.col("abnormal").fill_null(False))
    return Judged(_counted(queries, split, anatomy, depth, scorer).drop("best"), pairs, depth)


def _depth(build: Build, rows: pl.DataFrame) -> int:
    """Candidates kept per query; a query that has fewer has no others."""
    kept = build.manifest.settings.get("rankings", {}).get("top_k") or rows["rank"].max() or 0
    return int(kept)  # pyright: ignore[reportArgumentType]


def _counted(queries: pl.DataFrame, split: str, anatomy: str, depth: int, scorer: Scorer | None) -> pl.DataFrame:
    """With `relevant`: positives of a query, stored or not. Where not all of the best are positive, they are all."""
    more = queries.filter(pl.col("best") >= depth)["query"]
    counts = pl.Series("relevant", [], pl.Int64)
    if scorer is not None and len(more):
        counts = scorer.count_above(split, anatomy, more, POSITIVE).cast(pl.Int64)
    known = pl.DataFrame({"query": more[: len(counts)], "more": counts})
    relevant = pl.when(pl.col("best") < depth).then(pl.col("best").cast(pl.Int64)).otherwise("more")
    return (
        queries.join(known, on="query", how="left", maintain_order="left").with_columns(relevant=relevant).drop("more")
    )


def with_gains(
    listed: pl.DataFrame, known: Judged, studies: pl.Series, split: str, anatomy: str, scorer: Scorer | None
) -> pl.DataFrame:
    """`listed` with `gain`: stored, or else scored, 0 where there is nothing to score; null where unjudged."""
    rows = listed.join(known.pairs, on=["query", "candidate"], how="left", maintain_order="left")
    if scorer is None:
        return rows
    asked = rows.select("query", "candidate").unique(maintain_order=True)
    asked = asked.join(known.pairs, on=["query", "candidate"], how="anti", maintain_order="left")
    asked = asked.filter(pl.col("candidate").is_in(studies.implode()))
    made = asked.with_columns(made=scorer.scores(split, anatomy, asked).fill_null(0))
    rows = rows.join(made, on=["query", "candidate"], how="left", maintain_order="left")
    return rows.with_columns(gain=pl.coalesce("gain", "made")).drop("made")
