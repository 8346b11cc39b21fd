"""The stage that makes instances of all tasks of a corpus: ids, splits, what is rejected, and its fingerprint."""

from dataclasses import replace

import polars as pl

from builders.provenance import fingerprint
from builders.stages.instructions.convert import Convert
from schemas.instructions import Instance
from tests.builders.instructions.converting.own_rows import rows, task

ASK = task("question-answer", {"question": "{q}", "answer": "{a}"}, id="ask")
TURN = task("question-answer", {"question": "{a}", "answer": "{q}"}, id="turn")


def many(count: int) -> pl.DataFrame:
    return rows({"q": [f"q{n}" for n in range(count)], "a": [f"a{n}" for n in range(count)]})


def test_rows_are_instances_of_the_schema_with_ids_of_task_and_row():
    kept = Convert((ASK, TURN))(many(3))
    assert Instance.is_valid(kept.frame)
    assert sorted(kept.frame["id"]) == sorted(f"{name}:ward/{n}" for name in ("ask", "turn") for n in range(3))
    assert set(kept.frame["corpus"]) == {"ward"}


def test_a_tenth_of_the_documents_is_for_the_test_of_all_tasks():
    frame = many(4000).with_columns(__document=pl.col("__document").str.slice(0, 7))
    kept = Convert((ASK, TURN))(many(2000))
    test = kept.frame.filter(pl.col("split") == "test")
    assert 300 < test.height < 500
    assert set(test.filter(task="ask")["document"]) == set(test.filter(task="turn")["document"])
    grouped = Convert((ASK,))(frame).frame.group_by("document").agg(pl.col("split").n_unique())
    assert set(grouped["split"]) == {1}


def test_partitions_part_documents_alike():
    stage, frame = Convert((ASK,)), many(50)
    whole = stage(frame).frame
    halves = pl.concat([stage(frame[:20]).frame, stage(frame[20:]).frame])
    assert whole.equals(halves)


def test_published_splits_are_kept_and_a_row_without_one_is_rejected():
    frame = many(3).with_columns(__split=pl.Series(["train", None, "test"]))
    kept = Convert((replace(ASK, split="published"), replace(TURN, split="test-only")))(frame)
    assert kept.frame.filter(task="ask")["split"].to_list() == ["train", "test"]
    assert set(kept.frame.filter(task="turn")["split"]) == {"test"}
    assert kept.rejected.rows() == [("ward/1", "no_split", "task ask")]


def test_a_row_may_fail_for_one_task_and_pass_for_another():
    frame = rows({"q": ["q"], "a": ["a"], "b": pl.Series([None], dtype=pl.String)})
    failing = task("question-answer", {"question": "{q}", "answer": "{b}"}, id="fail")
    kept = Convert((ASK, failing))(frame)
    assert kept.frame["id"].to_list() == ["ask:ward/0"]
    assert kept.rejected.rows() == [("ward/0", "empty_output", "task fail: column b")]


def test_of_two_rows_with_one_id_the_first_stays():
    kept = Convert((ASK, TURN))(pl.concat([many(2), many(1)]))
    assert kept.frame.height == 4
    assert kept.rejected["reason"].to_list() == ["duplicate_id"]


def test_each_reading_gives_the_instances_of_its_own_tasks():
    other = replace(TURN, options={"where": {"q": ["q1"]}})
    frame = pl.concat([many(2), many(2)[1:].with_columns(__reading=pl.lit(1, pl.Int32))])
    kept = Convert((ASK, other))(frame)
    assert sorted(kept.frame["id"]) == ["ask:ward/0", "ask:ward/1", "turn:ward/1"]
    stray = Convert((ASK,))(frame)
    assert stray.rejected.rows() == [("ward/1", "unknown_reading", "")]


def test_licences_are_spelt_in_one_way():
    frame = rows({"q": ["a", "b", "c"], "a": ["x"] * 3}, licence=["CC BY 4.0", None, "unknown"])
    assert Convert((ASK,))(frame).frame["licence"].to_list() == ["cc-by-4.0", "unknown", "unknown"]


def test_the_fingerprint_follows_what_decides_rows_and_no_prose():
    before = fingerprint(Convert((ASK, TURN)))
    prose = replace(ASK, definitions=("d", "e", "f"), note="New.", name="Other", evidence="inferred")
    assert fingerprint(Convert((prose, TURN))) == before
    words = {"text": "{q}", "label": "{a}", "words": {"a": "x", "b": "y"}}
    turned = {**words, "words": {"b": "y", "a": "x"}}
    assert fingerprint(Convert((task("classification", words),))) != fingerprint(
        Convert((task("classification", turned),))
    )
    for change in (
        {"shape": "dialogue"}, {"fields": {"question": "{a}", "answer": "{q}"}}, {"options": {"group": "q"}},
        {"split": "test-only"}, {"id": "renamed"},
    ):  # fmt: skip
        assert fingerprint(Convert((replace(ASK, **change), TURN))) != before
    assert fingerprint(Convert((ASK, TURN), seed="other")) != before
