"""From verdicts to columns: the reviewers' majority, corrected values beside the original, and nothing stale."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.review.applied import applied
from qc.review.consensus import Consensus, resolved
from qc.review.verdicts import named
from schemas.review import Round
from tests.qc.review.spoken import drawn, judged, say, verdict


@pytest.mark.parametrize(
    ("votes", "becomes"),
    [
        (["accept"], ("accepted", None)),
        (["reject"], ("rejected", None)),
        (["accept", "reject"], (None, None)),
        (["accept", "accept", "reject"], ("accepted", None)),
        (["correct:left", "correct: left "], ("corrected", "left")),
        (["correct:left", "correct:right"], ("rejected", None)),
        (["correct:left", "reject", "accept"], ("rejected", None)),
        (["correct:left", "correct:left", "accept"], ("corrected", "left")),
        (["correct:left", "accept"], (None, None)),
    ],
)
def test_the_majority_decides_and_ties_stay_open(votes: list[str], becomes: tuple[str | None, str | None]) -> None:
    said = [
        verdict({"id": "a"}, vote.split(":")[0], str(n), value=vote.partition(":")[2]) for n, vote in enumerate(votes)
    ]
    assert resolved(said) == Consensus(*becomes, reviewers=len(votes))


def test_verdicts_stand_beside_the_rows_they_speak_of(good: Any) -> None:
    judged(good.folder, ["accept", "reject", "correct", "skip"], value="polarity: normal")
    found = applied(Build.open(good.folder), "findings")
    rows = good.read("findings")
    beside = found.beside(rows)
    assert beside.drop("verified", "corrected_value").equals(rows)
    keys = [key["id"] for key in drawn(good.folder)[0][:4]]
    said = {row["id"]: (row["verified"], row["corrected_value"]) for row in beside.drop_nulls("verified").to_dicts()}
    assert said == {
        keys[0]: ("accepted", None),
        keys[1]: ("rejected", None),
        keys[2]: ("corrected", "polarity: normal"),
    }


def test_a_changed_row_keeps_its_original_and_its_verdict_is_not_applied(good: Any) -> None:
    judged(good.folder, ["accept", "accept", "accept"])
    first = drawn(good.folder)[0][0]["id"]
    change = pl.when(pl.col("id") == first).then(pl.lit("mixed")).otherwise(pl.col("polarity").cast(pl.String))
    was = good.read("findings").filter(pl.col("id") == first)["polarity"][0]
    assert was != "mixed"
    good.edit("findings", lambda rows: rows.with_columns(polarity=change.cast(rows.schema["polarity"])), "validation")
    found = applied(Build.open(good.folder), "findings")
    assert first not in found.rows["id"] and found.rows.height == 2
    assert "1 verdict on earlier versions of rows was not applied" in found.protocol
    back = pl.when(pl.col("id") == first).then(pl.lit(was)).otherwise(pl.col("polarity").cast(pl.String))
    good.edit("findings", lambda rows: rows.with_columns(polarity=back.cast(rows.schema["polarity"])), "validation")
    assert applied(Build.open(good.folder), "findings").rows.height == 3


@pytest.mark.parametrize("table", ["findings", "entities", "rankings"])
def test_another_report_makes_every_verdict_on_it_stale(good: Any, table: str) -> None:
    judged(good.folder, ["accept"], table=table)
    assert applied(Build.open(good.folder), table).rows.height
    good.edit("corpus", lambda rows: rows.with_columns(report_key=pl.lit("0" * 64)), "validation")
    assert not applied(Build.open(good.folder), table).rows.height


def test_a_new_order_of_files_and_other_columns_change_no_version(good: Any) -> None:
    keys, before = drawn(good.folder)
    good.edit("findings", lambda rows: rows.reverse().with_columns(other=pl.lit(1)), "validation")
    assert drawn(good.folder)[1] == before and len(before) == len(keys)


def test_of_a_ranking_the_candidates_shown_carry_the_verdict(good: Any) -> None:
    judged(good.folder, ["accept"], table="rankings")
    rows = applied(Build.open(good.folder), "rankings").rows
    assert rows.columns == ["query", "anatomy", "candidate", "stratum", "verified", "corrected_value"]
    assert sorted(rows["stratum"].cast(pl.String)) == ["random", *["top"] * 5]


def test_nothing_was_verified(pristine: Path) -> None:
    found = applied(Build.open(pristine), "findings")
    assert found.rows.height == 0 and found.protocol.startswith("Nobody")


def test_the_protocol_says_how_many_judged_what_and_by_which_rule(good: Any) -> None:
    opening = {"table": "findings", "split": "validation", "sample": 3, "stratify": "anatomy", "seed": "s", "items": 3}
    say(good.folder, [Round(id="1", at="2026-01-01T00:00:00.000000+00:00", reviewer="anna", of=70, **opening)])
    judged(good.folder, ["accept", "reject", "accept"], "anna")
    judged(good.folder, ["accept", "accept"], "ben")
    told = applied(Build.open(good.folder), "findings").protocol
    assert "2 reviewers judged 3 items of findings (2 of them by more than one)" in told
    assert "a seeded sample of 3 of 70 in validation, in turn over the strata of anatomy" in told
    assert "more than half" in told and "1 item is unresolved" in told
    assert "anna" not in told


def test_a_key_is_the_same_whatever_the_order_of_its_columns() -> None:
    assert named({"a": 1, "b": "x"}) == named({"b": "x", "a": 1})
