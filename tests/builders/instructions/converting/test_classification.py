"""Texts and their class: closed tables, labels that hold, and rows that get another document's words."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.instructions.converting.by_shape import convert
from schemas.errors import UsageError
from tests.builders.instructions.converting.own_rows import made, one, reason, rows, task

FIELDS = {"text": "{text}", "label": "{label}"}
WORDS = {"1": "yes", "0": "no"}


@pytest.mark.parametrize(("label", "word"), [(1, "yes"), ("0", "no"), (1.0, "yes"), (["0"], "no")])
def test_a_label_is_answered_in_the_words_of_the_table(label: object, word: str):
    found = one({"text": ["A text."], "label": [label]}, "classification", **FIELDS, words=WORDS)
    assert (found["outputs"], found["gold"]) == ([word], [word])
    assert found["choices"] == [{"mark": "yes", "text": "yes"}, {"mark": "no", "text": "no"}]


def test_case_does_not_count_and_truth_is_spelt_like_a_word():
    words = {"True": "True", "False": "False"}
    kept = made({"text": ["a", "b"], "label": [True, False]}, "classification", **FIELDS, words=words)
    assert kept.frame["gold"].to_list() == [["True"], ["False"]]
    assert one({"text": ["a"], "label": ["TRUE"]}, "classification", **FIELDS, words=words)["gold"] == ["True"]
    apart = {"a": "small", "A": "capital"}
    assert one({"text": ["a"], "label": ["A"]}, "classification", **FIELDS, words=apart)["gold"] == ["capital"]


def test_classes_that_several_labels_share_are_one_choice():
    words = {"liver": "Abdomen", "bowel": "Abdomen", "brain": "Brain"}
    found = one({"text": ["a"], "label": ["bowel"]}, "classification", **FIELDS, words=words)
    assert [choice["mark"] for choice in found["choices"]] == ["Abdomen", "Brain"]


def test_what_has_no_class_is_rejected_and_told_by_the_column_alone():
    secret = {"text": ["a"], "label": ["secret"]}
    assert reason(secret, "classification", **FIELDS, words=WORDS) == ("unknown_label", "column label")
    several = {"text": ["a"], "label": [["0", "1"]]}
    assert reason(several, "classification", **FIELDS, words=WORDS) == ("several_labels", "column label")
    nothing = {"text": ["a"], "label": pl.Series([None], dtype=pl.String)}
    assert reason(nothing, "classification", **FIELDS, words=WORDS) == ("empty_output", "column label")
    assert one(nothing, "classification", **FIELDS, words=WORDS, none="open")["gold"] == ["open"]
    assert reason({"text": [""], "label": ["0"]}, "classification", **FIELDS, words=WORDS) == (
        "empty_input",
        "column text",
    )


def test_without_a_table_classes_are_open():
    found = one({"text": ["a"], "label": ["anything"]}, "classification", **FIELDS)
    assert (found["gold"], found["choices"]) == (["anything"], [])


def test_a_label_holds_where_the_list_has_one_of_the_words():
    labels = [["BACKGROUND", "Aim"], ["METHODS"], []]
    fields = {**FIELDS, "holds": ("AIM", "AIMS"), "words": {"yes": "1", "no": "0"}}
    kept = made({"text": ["a", "b", "c"], "label": labels}, "classification", **fields)
    assert kept.frame["gold"].to_list() == [["1"], ["0"], ["0"]]


SWAPPED = {"text": "Q: {q}\nA: {a}", "label": "{is_swapped}", "swapped": "{a}", "words": {"no": "yes", "yes": "no"}}


def pairs(count: int) -> dict[str, list[str]]:
    return {"q": [f"question {n}" for n in range(count)], "a": [f"answer {n}" for n in range(count)]}


def test_half_of_the_rows_get_the_words_of_another_document():
    kept = made(pairs(400), "classification", **SWAPPED)
    assert kept.rejected.is_empty()
    numbers = kept.frame["input"].str.extract_all(r"\d+")
    own = [asked == told for asked, told in numbers]
    assert own == [gold == ["yes"] for gold in kept.frame["gold"].to_list()]
    assert 150 < sum(own) < 250


def test_no_text_of_another_split_or_licence_is_swapped_in():
    frame = rows(pairs(200), split=["train", "test"] * 100, licence=["mit", "mit", "cc0-1.0", "cc0-1.0"] * 50)
    kept = convert(frame, task("classification", SWAPPED), "seed")
    numbers = kept.frame["input"].str.extract_all(r"\d+").to_list()
    assert all(int(asked) % 4 == int(told) % 4 for asked, told in numbers)
    assert any(asked != told for asked, told in numbers)


def test_a_row_that_finds_no_other_words_is_rejected_not_told_to_be_its_own():
    frame = rows(pairs(40), document=["one"] * 40)
    kept = convert(frame, task("classification", SWAPPED), "seed")
    assert set(kept.rejected["reason"]) == {"nothing_to_swap"}
    assert kept.frame.height + kept.rejected.height == 40
    assert set(kept.frame["gold"].explode()) == {"yes"}
    alike = rows({"q": ["a", "b", "c", "d"], "a": ["same"] * 4})
    assert set(convert(alike, task("classification", SWAPPED), "seed").frame["gold"].explode()) <= {"yes"}


def test_a_swap_of_several_columns_is_an_error_of_the_declaration():
    with pytest.raises(UsageError, match="expected one column"):
        made(pairs(2), "classification", **{**SWAPPED, "swapped": "{q} {a}"})


@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_no_order_of_rows_changes_what_is_swapped(random, count: int):
    frame = rows(pairs(count))
    order = random.sample(range(count), count)
    kept = [convert(one, task("classification", SWAPPED), "seed") for one in (frame, frame[order])]
    assert kept[0].frame.sort("row").equals(kept[1].frame.sort("row"))
    assert kept[0].rejected.sort("id").equals(kept[1].rejected.sort("id"))
