"""What a block of queries kept of every block of candidates, merged into the final rankings."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.ratescore.places import MOST, N_STRATA, SCALE, TIE_BITS, Chosen
from builders.base import Stage
from builders.settings import NotNegative
from builders.stages.rank import stamp
from schemas.retrieval import STRATA, Ranking

_NONE = np.uint64(0xFFFFFFFFFFFFFFFF)
_RANDOM = STRATA.index("random")
_AT_ONCE = 1024
"""Queries merged at once: what is sorted then takes some 20 MB, however large the block."""


@dataclass(frozen=True)
class MergeRanks(Stage):
    """Ranking rows from the partial rows of `Rank`. `sample`: as there."""

    sample: NotNegative = 8

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: partial rows of one block, the same queries in the same order per pair; needs `studies`."""
        (rows,) = frames
        if rows.is_empty():
            return pl.DataFrame(Ranking.create_empty())
        ids = _ids(needs["studies"], stamp(needs["studies"]))
        queries = rows["query"].n_unique()
        pairs = [rows.slice(start, queries) for start in range(0, rows.height, queries)]
        spans = range(0, queries, _AT_ONCE)
        return pl.concat([self._merged([pair.slice(start, _AT_ONCE) for pair in pairs], ids) for start in spans])

    def _merged(self, pairs: list[pl.DataFrame], ids: pl.Series) -> pl.DataFrame:
        """Of the same queries, once per pair of blocks."""
        found = Chosen(*(_side_by_side([pair[name].to_numpy() for pair in pairs]) for name in Chosen._fields))
        k = pairs[0]["place"].dtype.shape[0]  # pyright: ignore[reportAttributeAccessIssue]
        best, lowest = _best(found, k)
        parts = [best, *(_drawn(found, stratum, lowest, self.sample) for stratum in range(N_STRATA))]
        split = pairs[0]["split"]
        return (
            _rows(pl.concat(parts), ids, pairs[0]["query"].to_numpy(), pairs[0]["polarity"])
            .with_columns(split=pl.lit(split[0], split.dtype), anatomy=pl.lit(pairs[0]["anatomy"][0]))
            .select(Ranking.column_names())
        )


@cache
def _ids(studies: Path, _: object) -> pl.Series:
    return pl.read_parquet(studies / "*.parquet", columns=["number", "id"]).sort("number")["id"]


def _side_by_side(pairs: list[NDArray]) -> NDArray:
    """Per pair [query, width] as [query, pair * width]; plain columns as [query, pair]."""
    return np.column_stack(pairs)


def _best(found: Chosen, k: int) -> tuple[pl.DataFrame, NDArray[np.uint64]]:
    """The k best per query with their ties, and the lowest place among them (0 where there are fewer than k)."""
    order = np.argsort(~found.place, axis=1, kind="stable")[:, :k]
    place = np.take_along_axis(found.place, order, axis=1)
    score = np.where(place > 0, place >> TIE_BITS, _NONE)
    first, last = _runs(score)
    worst = score[:, -1:]
    beyond = ((found.place >> TIE_BITS == worst) & (found.place > 0)).sum(1) - ((score == worst) & (place > 0)).sum(1)
    left_out = (found.tied * (found.bar >> TIE_BITS == worst)).sum(1) + beyond
    last = last + np.where(score == worst, left_out[:, None], 0)
    lowest = place[:, -1] if place.shape[1] == k else np.zeros(place.shape[0], np.uint64)
    ranks = np.broadcast_to(np.arange(1, place.shape[1] + 1), place.shape)
    frame = _frame(place, np.take_along_axis(found.number, order, 1), np.take_along_axis(found.agree, order, 1), 0)
    return frame.with_columns(
        rank=pl.Series(ranks[place > 0], dtype=pl.Int32),
        n_tied=pl.Series((last - first + 1)[place > 0], dtype=pl.Int32),
        rank_min=pl.Series((first + 1)[place > 0], dtype=pl.Int32),
        rank_max=pl.Series((last + 1)[place > 0], dtype=pl.Int32),
    ), lowest


def _runs(score: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of every position in rows that fall: where the run of its value begins, and where it ends."""
    n, width = score.shape
    new = np.ones((n, width), bool)
    new[:, 1:] = score[:, 1:] != score[:, :-1]
    position = np.broadcast_to(np.arange(width), (n, width))
    first = np.maximum.accumulate(np.where(new, position, 0), axis=1)
    ends = np.ones((n, width), bool)
    ends[:, :-1] = new[:, 1:]
    last = np.minimum.accumulate(np.where(ends, position, width - 1)[:, ::-1], axis=1)[:, ::-1]
    return first, last


def _drawn(found: Chosen, stratum: int, lowest: NDArray[np.uint64], sample: int) -> pl.DataFrame:
    """The first `sample` distinct sets drawn for a stratum; of the score bands only what is not among the best.

    Each pair of blocks has drawn as many sets as one pass over all would have; those drawn first count, whether
    or not they can be used, so that the cut into blocks changes nothing.
    """
    pairs = found.bar.shape[1]
    key, place, number, agree = (
        values.reshape(values.shape[0], pairs, N_STRATA, -1)[:, :, stratum].reshape(values.shape[0], -1)
        for values in (found.drawn_key, found.drawn_place, found.drawn_number, found.drawn_agree)
    )
    order = np.lexsort((place - np.uint64(1), key), axis=1)
    key, place = np.take_along_axis(key, order, 1), np.take_along_axis(place, order, 1)
    number, agree = np.take_along_axis(number, order, 1), np.take_along_axis(agree, order, 1)
    new = np.ones(key.shape, bool)
    new[:, 1:] = key[:, 1:] != key[:, :-1]
    wanted = new & (place > 0) & (np.cumsum(new, axis=1) <= key.shape[1] // pairs)
    if stratum + 1 != _RANDOM:
        wanted &= (place < lowest[:, None]) & (lowest > 0)[:, None]
    wanted &= np.cumsum(wanted, axis=1) <= sample
    return _frame(np.where(wanted, place, 0), number, agree, stratum + 1)


def _frame(place: NDArray[np.uint64], number: NDArray[Any], agree: NDArray[Any], stratum: int) -> pl.DataFrame:
    """One row per place that is not 0: query (position), candidate (number), score, agreement."""
    there = place > 0
    score = ((place[there] >> TIE_BITS).astype(np.int64) - MOST * SCALE).astype(np.float32) / np.float32(SCALE)
    null = pl.lit(None, pl.Int32)
    return pl.DataFrame(
        {
            "query": np.nonzero(there)[0].astype(np.uint32),
            "candidate": number[there],
            "score": score,
            "agree": agree[there],
        }
    ).with_columns(
        stratum=pl.lit(STRATA[stratum], Ranking.stratum.dtype), rank=null, n_tied=null, rank_min=null, rank_max=null
    )


def _rows(found: pl.DataFrame, ids: pl.Series, queries: NDArray[np.uint32], polarity: pl.Series) -> pl.DataFrame:
    """Numbers as ids, bits as columns."""
    named = {}
    for attribute, name in enumerate(("same_side", "same_severity", "same_change")):
        said, same = (pl.col("agree").and_(1 << 2 * attribute + bit) for bit in (0, 1))
        named[name] = pl.when(said > 0).then(same > 0)
    return found.with_columns(
        query=ids.gather(queries[found["query"].to_numpy()]),
        polarity=polarity.gather(found["query"]),
        candidate=ids.gather(found["candidate"].to_numpy()),
        **named,
    )
