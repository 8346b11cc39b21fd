"""Which items a round shows."""

from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.review.reviewable import reviewable
from qc.review.sampling import Drawing, draw
from schemas.errors import UsageError


def keys(folder: Any, table: str = "findings", **how: Any) -> list[Any]:
    return draw(Build.open(folder), reviewable(table), Drawing(**how)).keys.rows()


@pytest.mark.parametrize("table", ["findings", "entities", "rankings"])
def test_the_same_seed_gives_two_reviewers_the_same_items_in_the_same_order(pristine: Any, table: str) -> None:
    first = keys(pristine, table, sample=12, stratify="anatomy")
    assert first == keys(pristine, table, sample=12, stratify="anatomy")
    assert len(set(first)) == 12
    assert first != keys(pristine, table, sample=12, stratify="anatomy", seed="other")


def test_a_larger_sample_begins_with_a_smaller_one(pristine: Any) -> None:
    assert keys(pristine, sample=20, stratify="anatomy")[:7] == keys(pristine, sample=7, stratify="anatomy")


def test_without_a_sample_all_of_the_split_is_shown_once(good: Any) -> None:
    rows = good.read("findings").filter(pl.col("split").cast(pl.String) == "validation")
    assert sorted(key for (key,) in keys(good.folder)) == sorted(rows["id"])


def test_a_table_without_splits_shows_the_studies_of_the_split(good: Any) -> None:
    studies = good.read("corpus").filter(pl.col("split").cast(pl.String) == "test")["id"]
    assert {key[0] for key in keys(good.folder, "entities", split="test")} <= set(studies)


def test_a_rare_stratum_is_seen(good: Any) -> None:
    one = pl.int_range(pl.len()) == 3
    good.edit(
        "findings",
        lambda rows: rows.with_columns(pl.when(one).then(pl.lit("spleen")).otherwise("anatomy").alias("anatomy")),
        "validation",
    )
    strata = good.read("findings").filter(pl.col("split").cast(pl.String) == "validation")["anatomy"].n_unique()
    shown = [key for (key,) in keys(good.folder, sample=strata, stratify="anatomy")]
    seen = good.read("findings").filter(pl.col("id").is_in(shown))["anatomy"]
    assert seen.n_unique() == strata and "spleen" in seen


def test_an_item_of_no_stratum_is_a_stratum_too(good: Any) -> None:
    good.edit("entities", lambda rows: rows.with_columns(anatomy=pl.lit([], pl.List(pl.String))), "all")
    assert len(keys(good.folder, "entities", stratify="anatomy")) > 0


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"stratify": "colour"}, "can be stratified by anatomy, polarity"),
        ({"split": "valid"}, "has (test|train|validation), "),
        ({"sample": 0}, "at least 1"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(pristine: Any, how: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        keys(pristine, **how)
