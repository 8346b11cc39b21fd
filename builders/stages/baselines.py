"""Rankings that anybody could make without reading a finding: chance, TF-IDF, and overlap of given labels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from builders.base import Stage
from builders.settings import AtLeastOne
from builders.stages.hashing import hex_digest
from qc.labels import labelled
from schemas.baselines import BASELINES, Baseline
from schemas.words import SPLITS

BLOCK: Final = 128
"""Queries scored at once; part of the result's last bits, so not a setting."""

Scorer = Callable[[np.ndarray], np.ndarray]
"""Rows of the studies of a split -> scores, shape (rows, studies); a score of 0 or less is not ranked."""


@dataclass(frozen=True)
class Baselines(Stage):
    """Runs over the whole report, within a split, under the same exclusions as the rankings.

    `top`: candidates kept per query. `most_queries`: queries per split, drawn by a hash of their id; a split
    with fewer is ranked whole. `same_patient`: whether studies of one patient are candidates. Reads the corpus
    and, where there are any, labels. Equal scores are ordered by a seeded hash of (query, candidate). TF-IDF is
    what scikit-learn's defaults give (which take seconds to import), fitted on the split.
    """

    top: AtLeastOne = 100
    most_queries: AtLeastOne = 5_000
    seed: str = "medmill"
    same_patient: bool = False

    version = 3

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows and, if there are labels, Label rows. Returns Baseline rows."""
        corpus, *labels = frames
        runs = [
            self._run(studies, scorer).select(
                pl.lit(method).cast(pl.Enum(BASELINES)).alias("method"),
                *("query", "candidate"),
                pl.lit(split).cast(pl.Enum(SPLITS)).alias("split"),
                *("rank", "score"),
            )
            for split in SPLITS
            if (studies := corpus.filter(pl.col("split") == split).sort("id")).height > 1
            for method, scorer in self._scorers(studies, labels)
        ]
        return pl.concat(runs) if runs else Baseline.create_empty()

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """At most all that is kept; 5 bytes a candidate, measured on Open-i."""
        kept = min(rows, self.most_queries * len(SPLITS)) * len(BASELINES) * self.top
        return kept, 5 * kept

    def _scorers(self, studies: pl.DataFrame, labels: list[pl.DataFrame]) -> Iterator[tuple[str, Scorer]]:
        numbers = _numbers(studies["id"], self.seed)
        yield "random", lambda rows: _draws(numbers, rows).astype(np.float32) / np.float32(2**32) + np.float32(1e-9)
        yield "tfidf", _tfidf(studies["text"])
        overlap = _overlap(studies["id"], labels[0]) if labels else None
        if overlap is not None:
            yield "label_overlap", overlap

    def _run(self, studies: pl.DataFrame, scorer: Scorer) -> pl.DataFrame:
        """query, candidate, rank, score of the best candidates of every query drawn, in order of the queries."""
        drawn = hex_digest(studies["id"], seed=self.seed).arg_sort().head(self.most_queries)
        columns = ("dup_group",) if self.same_patient else ("patient", "dup_group")
        barred = [_groups(studies[column]) for column in columns]
        queries, numbers, ids = np.sort(drawn.to_numpy()), _numbers(studies["id"], self.seed), studies["id"]
        found = []
        for start in range(0, len(queries), BLOCK):
            rows = queries[start : start + BLOCK]
            scores = scorer(rows).astype(np.float32)
            scores[_forbidden(rows, barred)] = 0
            best = _best(scores, _draws(numbers, rows), self.top)
            kept = np.take_along_axis(scores, best, axis=1)
            found.append((np.broadcast_to(rows[:, None], best.shape).ravel(), best.ravel(), kept.ravel()))
        query, candidate, score = (np.concatenate(parts) for parts in zip(*found, strict=True))
        ranked = pl.DataFrame({"query": ids[query], "candidate": ids[candidate], "score": score})
        rank = (pl.int_range(pl.len(), dtype=pl.Int32) + 1).over("query").cast(pl.Int32)
        return ranked.filter(pl.col("score") > 0).with_columns(rank=rank)


def _tfidf(texts: pl.Series) -> Scorer:
    """Cosine of TF-IDF vectors: words of two letters and more, idf = ln((1 + n) / (1 + df)) + 1, unit length."""
    from scipy.sparse import csr_array

    words = (
        texts.str.to_lowercase()
        .str.extract_all(r"\b\w\w+\b")
        .to_frame("word")
        .with_row_index("text")
        .explode("word", keep_nulls=False, empty_as_null=False)
        .group_by("text", "word")
        .agg(tf=pl.len())
        .with_columns(column=pl.col("word").rank("dense") - 1, df=pl.len().over("word"))
        .with_columns(value=pl.col("tf") * (((1 + len(texts)) / (1 + pl.col("df"))).log() + 1))
        .sort("text", "column")
        .select("text", "column", value=pl.col("value") / (pl.col("value") ** 2).sum().sqrt().over("text"))
    )
    place = words["text"].to_numpy(), words["column"].to_numpy()
    shape = len(texts), int(words["column"].max() or 0) + 1  # pyright: ignore[reportArgumentType]
    vectors = csr_array((words["value"].to_numpy().astype(np.float32), place), shape=shape)
    others = vectors.T.tocsr()
    return lambda rows: (vectors[rows] @ others).toarray()


def _overlap(studies: pl.Series, labels: pl.DataFrame) -> Scorer | None:
    """Jaccard of the label sets; studies without labels, or without a present one, score 0."""
    given = labelled(labels.lazy())
    if given is None:
        return None
    place = pl.DataFrame({"id": given.studies, "row": np.arange(len(given.studies))})
    row = studies.to_frame("id").join(place, on="id", how="left", maintain_order="left")["row"]
    blank = np.zeros((1, given.has.shape[1]), np.float32)
    has = np.concatenate([given.has, blank])[row.fill_null(len(given.studies)).to_numpy()]
    size = has.sum(axis=1)

    def scorer(rows: np.ndarray) -> np.ndarray:
        shared = has[rows] @ has.T
        either = size[rows][:, None] + size[None, :] - shared
        return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)

    return scorer


def _forbidden(rows: np.ndarray, barred: list[np.ndarray]) -> np.ndarray:
    """Same study, or the same group in one of `barred`: shape (rows, studies)."""
    same = rows[:, None] == np.arange(len(barred[0]))[None, :]
    for group in barred:
        same |= group[rows][:, None] == group[None, :]
    return same


def _groups(values: pl.Series) -> np.ndarray:
    """Equal numbers for equal values; a null equals nothing."""
    alone = -1 - np.arange(len(values))
    return np.where(values.is_null(), alone, values.rank("dense").fill_null(0).cast(pl.Int64))


def _numbers(ids: pl.Series, seed: str) -> np.ndarray:
    return hex_digest(ids, seed=seed).str.to_integer(base=16, dtype=pl.UInt64).to_numpy()


def _draws(numbers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """32 random bits per (query, candidate), the same in every run (finaliser of splitmix64)."""
    mixed = numbers[rows][:, None] * np.uint64(0x9E3779B97F4A7C15) ^ numbers[None, :]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)).astype(np.uint32)


def _best(scores: np.ndarray, draws: np.ndarray, top: int) -> np.ndarray:
    """Columns of the best scores of each row, best first, equal scores by their draw; shape (rows, at most `top`).

    Floats that are not negative sort as their bits, so score and draw make one number.
    """
    key = (np.maximum(scores, 0).view(np.uint32).astype(np.uint64) << np.uint64(32)) | draws
    top = min(top, key.shape[1])
    near = np.argpartition(key, -top, axis=1)[:, -top:]
    order = np.argsort(np.take_along_axis(key, near, axis=1), axis=1)[:, ::-1]
    return np.take_along_axis(near, order, axis=1)
