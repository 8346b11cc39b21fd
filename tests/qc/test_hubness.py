"""A study that stands in everybody's first ten is seen, and one that does not is not."""

from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.checks.hubness import Hubness
from qc.ranked import Codes, Ranked
from schemas.quality import Outcome

STUDIES = 400


def judge(candidates_of: Any) -> Outcome:
    ids = pl.Series([f"s{i:03}" for i in range(STUDIES)])
    codes = Codes(ids, pl.Series(["whole report"]))
    rows = [(q, c, rank) for q in range(STUDIES) for rank, c in enumerate(candidates_of(q), 1)]
    frame = pl.DataFrame(rows, schema=["query", "candidate", "rank"], orient="row").with_columns(
        anatomy=pl.lit("whole report"),
        stratum=pl.lit("top"),
        score=pl.lit(1.0),
        **dict.fromkeys(("n_tied", "rank_min", "rank_max"), pl.lit(1)),
        **dict.fromkeys(("same_side", "same_severity", "same_change"), pl.lit(None, pl.Boolean)),
    )
    named = frame.with_columns(pl.col("query", "candidate").replace_strict(dict(enumerate(ids))))
    check = Hubness()
    check.see(codes.code(named, "train"))
    assert isinstance(codes.code(named, "train"), Ranked)
    return check.conclude(None, {})  # type: ignore[arg-type]


def neighbours(query: int) -> list[int]:
    return [(query + step) % STUDIES for step in range(1, 11)]


def test_evenly_filled_lists_pass() -> None:
    found = judge(neighbours)
    assert (found.verdict, found.figures["times_chance"]) == ("pass", 1.0)


def test_ties_broken_by_position_are_warned_of() -> None:
    found = judge(lambda query: [c for c in range(12) if c != query][:10])
    assert found.verdict == "warn"
    assert found.figures["times_chance"] == pytest.approx(STUDIES / 10, rel=0.05)


def test_few_queries_say_nothing(good: Any) -> None:
    good.update(tables=[])
    assert Hubness().conclude(Build.open(good.folder), {}).verdict == "pass"
