"""Pairs of sentences, alone and by premise."""

import random

from builders.instructions.converting.by_shape import convert
from tests.builders.instructions.converting.own_rows import made, one, reason, rows, task

FIELDS = {"premise": "{p}", "hypothesis": "{h}", "label": "{l}"}
PAIR = {"p": ["He coughs."], "h": ["He is ill."], "l": ["Entailment"]}


def test_a_pair_has_its_label_and_the_three_to_choose_from():
    found = one(PAIR, "nli-label", **FIELDS)
    assert found["input"] == "Premise: He coughs.\nHypothesis: He is ill."
    assert (found["outputs"], found["gold"]) == (["entailment"], ["entailment"])
    assert [choice["mark"] for choice in found["choices"]] == ["entailment", "neutral", "contradiction"]


def test_words_of_templates_stand_in_the_place_of_ours():
    fields = {**FIELDS, "premise": "Text: {p}", "hypothesis": "Satz: {h}", "words": {"entailment": "ja"}}
    found = one(PAIR, "nli-label", **fields)
    assert (found["input"], found["outputs"]) == ("Text: He coughs.\nSatz: He is ill.", ["ja"])


def test_braces_in_a_text_stay():
    assert one({**PAIR, "p": ["{} {0}"]}, "nli-label", **FIELDS)["input"].startswith("Premise: {} {0}\n")


def test_a_pair_without_a_label_is_rejected():
    assert reason({**PAIR, "l": ["-"]}, "nli-label", **FIELDS) == ("unknown_label", "column l")
    assert reason({**PAIR, "l": [None]}, "nli-label", **FIELDS) == ("empty_output", "column l")
    assert reason({**PAIR, "h": [None]}, "nli-label", **FIELDS) == ("empty_input", "column h")


THREE = {
    "p": ["P1", "P2", "P1", "P2", "P1", "P3"],
    "h": ["a", "b", "c", "d", "e", ""],
    "l": ["entailment", "neutral", "contradiction", "entailment", "neutral", "neutral"],
}


def test_hypotheses_of_a_premise_stand_in_one_input_under_the_lowest_id():
    kept = made(THREE, "nli-label", **FIELDS, per="premise")
    assert kept.frame["row"].to_list() == ["ward/0", "ward/1"]
    assert kept.rejected.rows() == [("ward/5", "empty_input", "column h")]
    labels = dict(zip(THREE["h"], THREE["l"], strict=True))
    for row in kept.frame.iter_rows(named=True):
        premise, _, asked = row["input"].partition("\n\n")
        hypotheses = [line.split(": ")[1] for line in asked.split("\n")]
        assert row["gold"] == [labels[one] for one in hypotheses]
        assert row["outputs"] == ["\n".join(f"{n}: {label}" for n, label in enumerate(row["gold"], 1))]
        assert premise in ("P1", "P2") and len(hypotheses) == THREE["p"].count(premise)


def test_hypotheses_are_shuffled_by_their_ids():
    count = 60
    columns = {
        "p": [f"P{n // 3}" for n in range(count)],
        "h": [f"h{n % 3}" for n in range(count)],
        "l": ["neutral"] * count,
    }
    frame, told = rows(columns), task("nli-label", {**FIELDS, "per": "premise"})
    kept = convert(frame, told, "seed").frame
    assert len(set(kept["input"].str.extract_all(r"h\d").list.join(""))) > 3
    again = convert(frame[random.Random(1).sample(range(count), count)], told, "seed").frame
    assert kept.sort("row").equals(again.sort("row"))


def test_pairs_with_another_label_than_the_wanted_one_are_passed_over():
    kept = made({**THREE, "l": [*THREE["l"][:5], None]}, "nli-generation", **FIELDS, wanted="neutral")
    assert kept.frame.select("input", "outputs").rows() == [("P2", ["b"]), ("P1", ["e"])]
    assert kept.rejected.rows() == [("ward/5", "empty_output", "column l")]
