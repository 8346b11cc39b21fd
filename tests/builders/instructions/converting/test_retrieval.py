"""Texts and the candidates that belong to them."""

import json
import random

import polars as pl
import pytest

from builders.instructions.converting.by_shape import convert
from tests.builders.instructions.converting.own_rows import made, one, reason, rows, task

FIELDS = {"text": "{t}", "relevant": "{r}"}
COUNT = 40
LIKE = [[str((n + step) % COUNT) for step in (2, 4, 6)] for n in range(COUNT)]
"""Rows of one parity are alike."""
FORMS = {
    "list": LIKE,
    "json list": [json.dumps(one_) for one_ in LIKE],
    "json object": [json.dumps(dict.fromkeys(one_, 1)) for one_ in LIKE],
    "python": [str(dict.fromkeys(one_, 1)) for one_ in LIKE],
    "struct": [dict.fromkeys(one_, 1) for one_ in LIKE],
}


@pytest.mark.parametrize("form", FORMS)
def test_candidates_are_drawn_and_the_right_ones_are_among_them(form: str):
    frame = pl.DataFrame({"t": [f"case {n}" for n in range(COUNT)], "r": FORMS[form]}, strict=False)
    kept = convert(rows(frame), task("retrieval", FIELDS), "seed")
    assert kept.frame.height == COUNT
    for row in kept.frame.iter_rows(named=True):
        number = int(row["row"].split("/")[1])
        meant = {choice["mark"]: choice["text"] for choice in row["choices"]}
        right = {f"case {one_}" for one_ in LIKE[number]}
        assert len(meant) == 5 and f"case {number}" not in meant.values()
        assert [mark for mark, text in meant.items() if text in right] == row["gold"]
        assert len(row["gold"]) == 2 and row["outputs"] == [", ".join(row["gold"])]
        assert row["input"] == f"case {number}\n\n" + "\n".join(f"{mark}. {text}" for mark, text in meant.items())


def test_no_text_of_another_split_is_a_candidate():
    split = [["train", "test"][n % 3 == 0] for n in range(COUNT)]
    kept = convert(
        rows({"t": [f"case {n}" for n in range(COUNT)], "r": LIKE}, split=split), task("retrieval", FIELDS), "s"
    )
    for row in kept.frame.iter_rows(named=True):
        assert {split[int(choice["text"].split()[1])] for choice in row["choices"]} == {row["split"]}
    assert kept.frame.height + kept.rejected.height == COUNT


def test_no_order_of_rows_changes_what_is_drawn():
    frame = rows({"t": [f"case {n}" for n in range(COUNT)], "r": LIKE})
    order = random.Random(3).sample(range(COUNT), COUNT)
    kept = [convert(one_, task("retrieval", FIELDS), "seed").frame.sort("row") for one_ in (frame, frame[order])]
    assert kept[0].equals(kept[1])


def test_what_has_no_right_one_in_the_frame():
    frame = {"t": ["a", "b", "c"], "r": [["9"], [], ["0"]]}
    kept = made(frame, "retrieval", **FIELDS)
    assert kept.frame["row"].to_list() == ["ward/2"]
    assert kept.rejected.select("id", "reason", "detail").rows() == [
        ("ward/0", "no_relevant_row", "0 of 0 candidates are right"), ("ward/1", "empty_output", "column r"),
    ]  # fmt: skip
    assert reason({"t": ["a"], "r": [["0"]]}, "retrieval", **FIELDS)[0] == "no_relevant_row"


def test_candidates_that_are_given_stay_in_their_order():
    row = {"t": ["a"], "c": [["x", "y", "z"]], "r": [["z", "x"]]}
    found = one(row, "retrieval", **FIELDS, candidates="{c}")
    assert (found["input"], found["gold"]) == ("a\n\n1. x\n2. y\n3. z", ["1", "3"])
    assert one({**row, "r": [[2]]}, "retrieval", **FIELDS, candidates="{c}")["gold"] == ["2"]
    assert reason({**row, "r": [["w"]]}, "retrieval", **FIELDS, candidates="{c}")[0] == "answer_beyond_options"
    assert reason({**row, "c": [[]]}, "retrieval", **FIELDS, candidates="{c}")[0] in (
        "empty_input",
        "answer_beyond_options",
    )
