"""Blocks as the engine runs them, and small random finding sets, for the tests of ranking."""

from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import polars as pl

from builders.stages.merge_ranks import MergeRanks
from builders.stages.rank import Rank
from schemas.scoring import FindingSet, StudyKey, VocabularyEntry
from schemas.words import POLARITIES, RATE_TYPES


def rank_in_blocks(sets: pl.DataFrame, needs: dict[str, Path], rank: Rank, rows: int) -> pl.DataFrame:
    """All rankings of one key, cut into blocks of `rows` studies."""
    blocks = [sets.slice(start, rows) for start in range(0, sets.height, rows)]
    partial: dict[int, list[pl.DataFrame]] = {number: [None] * len(blocks) for number in range(len(blocks))}
    for a, b in combinations_with_replacement(range(len(blocks)), 2):
        left, right = rank(blocks[a], blocks[b], **needs)
        partial[a][b] = left
        if a != b:
            partial[b][a] = right
    merge = MergeRanks(rank.sample)
    merged = [merge(pl.concat(parts), **needs) for parts in partial.values()]
    return pl.concat(merged).sort("query", "candidate", "stratum")


def small_world(folder: Path, seed: int, *, studies: int, words: int, patients: int, distinct: int) -> pl.DataFrame:
    """Finding sets of one key with many ties, and the tables they need below `folder`."""
    rng = np.random.default_rng(seed)
    vectors = rng.integers(0, 3, (words, 4)).astype(np.float32) + 0.1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, 1)
    for name in ("vocabulary", "similarity", "studies"):
        (folder / name).mkdir()
    np.save(folder / "similarity" / "cosine.npy", (cosine + cosine.T) / 2)
    kinds = [(f"word {row}", kind) for row in range(words) for kind in RATE_TYPES]
    entries = pl.DataFrame(
        [(number, word, kind, number // len(RATE_TYPES)) for number, (word, kind) in enumerate(kinds)],
        {name: VocabularyEntry.columns()[name].dtype for name in ("entry", "term", "type", "row")},
        orient="row",
    )
    entries.write_parquet(folder / "vocabulary" / "all.parquet")
    pool = [rng.integers(0, len(kinds), rng.integers(1, 7)).tolist() for _ in range(distinct)]
    return _studies(folder, rng, [pool[i] for i in rng.integers(0, distinct, studies)], patients)


def _studies(folder: Path, rng: np.random.Generator, entries: list[list[int]], patients: int) -> pl.DataFrame:
    n = len(entries)
    keys = pl.DataFrame(
        {
            "number": range(n),
            "id": [f"s{i:04d}" for i in range(n)],
            "seed": rng.integers(0, 2**63, n),
            "patient": rng.integers(-1, patients, n),
            "group": range(n),
        },
        {name: column.dtype for name, column in StudyKey.columns().items()},
    )
    keys.write_parquet(folder / "studies" / "all.parquet")
    return keys.with_columns(
        id=pl.col("id") + "/heart",
        split=pl.lit("train", FindingSet.split.dtype),
        anatomy=pl.lit("heart"),
        polarity=pl.Series(rng.choice(POLARITIES, n), dtype=FindingSet.polarity.dtype),
        set_seed=pl.Series([hash(tuple(e)) & (2**64 - 1) for e in entries], dtype=pl.UInt64),
        entries=pl.Series(entries, dtype=pl.List(pl.UInt32)),
        sides=pl.Series(rng.integers(0, 4, n), dtype=pl.UInt8),
        severities=pl.Series(rng.integers(0, 3, n), dtype=pl.UInt8),
        changes=pl.lit(0, pl.UInt8),
    ).select(FindingSet.column_names())
