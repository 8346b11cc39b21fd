"""Questions with options: what is asked, how answers are read, and what is no question."""

import string

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.instructions.converting.own_rows import made, one, reason

LETTERED = {"question": "{q}", "options": "{o}", "answer": "{a}"}


def test_options_stand_below_the_question_and_the_letter_is_answered():
    found = one({"q": ["Which gas?"], "o": [["oxygen", "helium"]], "a": ["B"]}, "multiple-choice", **LETTERED)
    assert found["input"] == "Which gas?\nA. oxygen\nB. helium"
    assert (found["outputs"], found["gold"]) == (["B"], ["B"])
    assert found["choices"] == [{"mark": "A", "text": "oxygen"}, {"mark": "B", "text": "helium"}]


def test_several_right_letters_are_answered_in_the_order_of_the_options():
    row = {"q": ["Which?"], "o": [["a", "b", "c"]], "a": [["C", "A"]]}
    assert one(row, "multiple-choice", **LETTERED)["outputs"] == ["A, C"]
    assert one({**row, "a": ["C,A"]}, "multiple-choice", **LETTERED)["gold"] == ["A", "C"]


def test_answers_that_were_accepted_too_are_outputs_behind_the_first():
    row = {"q": ["Which?"], "o": [["a", "b", "c", "d"]], "a": [["A"]], "t": [["D", "B,C", "A"]]}
    found = one(row, "multiple-choice", **LETTERED, also="{t}")
    assert (found["outputs"], found["gold"]) == (["A", "D", "B, C"], ["A"])
    options = [{"letter": "A", "text": "one"}, {"letter": "C", "text": "three"}]
    found = one({**row, "o": [options], "t": [["C"]]}, "multiple-choice", **LETTERED, also="{t}")
    assert found["outputs"] == ["A", "B"], "letters are those of the options as they stand here"


def test_other_answers_belong_to_their_own_question_and_one_beyond_its_options_is_rejected():
    rows = {"q": ["x", "y", "z"], "o": [["a", "b", "c"]] * 3, "a": ["A", "B", "C"], "t": [[], ["C"], ["B", "E"]]}
    kept = made(rows, "multiple-choice", **LETTERED, also="{t}")
    assert kept.frame["outputs"].to_list() == [["A"], ["B", "C"]]
    assert kept.rejected["reason"].to_list() == ["answer_beyond_options"]


@pytest.mark.parametrize(
    ("answer", "mark"), [("c", "C"), (3, "C"), ("3", "C"), ("gamma", "C"), ("Gamma", "C"), (1, "A")]
)
def test_an_answer_is_a_letter_a_number_from_1_or_the_option(answer: object, mark: str):
    row = {"q": ["Which?"], "o": [["alpha", "beta", "gamma"]], "a": [answer]}
    assert one(row, "multiple-choice", **LETTERED)["gold"] == [mark]


@pytest.mark.parametrize("answer", ["D", 4, 9, "delta", ["A", "E"]])
def test_an_answer_beyond_the_options_is_rejected_and_no_word_of_it_is_told(answer: object):
    row = {"q": ["Which?"], "o": [["alpha", "beta", "gamma"]], "a": [answer]}
    why, detail = reason(row, "multiple-choice", **LETTERED)
    assert why == "answer_beyond_options"
    assert "delta" not in detail and "3 options" in detail


def test_numbers_that_count_from_0_are_not_taken_to_count_from_1():
    kept = made({"q": ["x", "y"], "o": [["a", "b"]] * 2, "a": [0, 1]}, "multiple-choice", **LETTERED)
    assert kept.rejected["reason"].to_list() == ["numbers_from_0"] * 2
    words = {"0": "1", "1": "2"}
    kept = made({"q": ["x", "y"], "o": [["a", "b"]] * 2, "a": [0, 1]}, "multiple-choice", **LETTERED, words=words)
    assert kept.frame["gold"].to_list() == [["A"], ["B"]]


def test_options_of_exam_sources_keep_their_own_letters():
    options = [[{"letter": "A", "text": "one"}, {"letter": "C", "text": "three"}]]
    found = one({"q": ["Which?"], "o": options, "a": [["C"]]}, "multiple-choice", **LETTERED)
    assert (found["input"], found["gold"]) == ("Which?\nA. one\nB. three", ["B"])


def test_a_struct_with_a_field_for_each_letter_is_options():
    options = pl.Series([{"A": "one", "B": "two", "C": None}, {"A": "one", "B": "two", "C": "three"}])
    kept = made(pl.DataFrame({"q": ["Which?"] * 2, "o": options, "a": ["B", "C"]}), "multiple-choice", **LETTERED)
    assert kept.frame["choices"].list.len().to_list() == [2, 3]
    assert kept.frame["gold"].to_list() == [["B"], ["C"]]


def test_numbers_and_words_as_marks():
    row = {"q": ["Which?"], "o": [["a cat", "a dog"]], "a": ["2"]}
    numbered = one(row, "multiple-choice", **LETTERED, numbering="1-5")
    assert (numbered["input"], numbered["outputs"]) == ("Which?\n1. a cat\n2. a dog", ["2"])
    bare = one({**row, "a": ["a dog"]}, "multiple-choice", **LETTERED, numbering="words")
    assert (bare["input"], bare["outputs"]) == ("Which?\na cat\na dog", ["a dog"])
    assert one({**row, "a": [["B"]]}, "multiple-choice", **LETTERED, numbering="words")["gold"] == ["a dog"]


def test_options_that_the_declaration_names_are_in_its_definitions_and_not_in_the_input():
    fields = {"context": "{c}", "question": "{q}", "options": ("yes", "no"), "answer": "{a}", "numbering": "words"}
    found = one({"c": [["Part one.", "Part two."]], "q": ["So?"], "a": ["no"]}, "multiple-choice", **fields)
    assert found["input"] == "Part one.\nPart two.\n\nSo?"
    assert found["choices"] == [{"mark": word, "text": word} for word in ("yes", "no")]
    assert one({"c": [None], "q": ["So?"], "a": ["no"]}, "multiple-choice", **fields)["input"] == "So?"


def test_what_is_no_question():
    row = {"q": ["Which?"], "o": [["a", "b"]], "a": ["A"]}
    assert reason({**row, "q": [" "]}, "multiple-choice", **LETTERED) == ("empty_input", "column q")
    assert reason({**row, "a": [None]}, "multiple-choice", **LETTERED) == ("empty_output", "column a")
    assert reason({**row, "o": [["a", ""]]}, "multiple-choice", **LETTERED)[0] == "empty_option"
    assert reason({**row, "o": [["a"]]}, "multiple-choice", **LETTERED)[0] == "too_few_options"
    assert reason({**row, "o": [[]]}, "multiple-choice", **LETTERED) == ("empty_input", "column o")
    assert reason({**row, "o": [list(map(str, range(27)))]}, "multiple-choice", **LETTERED)[0] == "too_many_options"


def test_a_right_option_that_stands_twice_has_no_mark_and_a_wrong_one_may():
    row = {"q": ["Which?"], "o": [["a", "b", "a"]], "a": ["A"]}
    assert reason(row, "multiple-choice", **LETTERED)[0] == "repeated_option"
    assert one({**row, "a": ["B"]}, "multiple-choice", **LETTERED)["gold"] == ["B"]


def test_an_option_that_reads_like_its_mark_is_still_marked():
    row = {"q": ["Which vitamin?"], "o": [["A", "D"]], "a": ["A"]}
    assert one(row, "multiple-choice", **LETTERED)["input"] == "Which vitamin?\nA. A\nB. D"


def test_options_that_are_digits_are_taken_by_their_number_unless_they_are_the_marks():
    row = {"q": ["How many?"], "o": [["3", "2", "1"]], "a": ["3"]}
    assert one(row, "multiple-choice", **LETTERED)["gold"] == ["C"]
    assert one(row, "multiple-choice", **LETTERED, numbering="words")["gold"] == ["3"]


@settings(max_examples=50)
@given(st.data())
def test_gold_is_always_among_the_marks_and_means_the_option_that_was_right(data: st.DataObject):
    texts = data.draw(
        st.lists(st.text(string.ascii_letters, min_size=2, max_size=4), min_size=2, max_size=6, unique=True)
    )
    places = data.draw(st.sets(st.integers(0, len(texts) - 1), min_size=1))
    by = data.draw(st.sampled_from(["letter", "number"]))
    answers = [string.ascii_uppercase[place] if by == "letter" else str(place + 1) for place in sorted(places)]
    found = one({"q": ["?"], "o": [texts], "a": [answers]}, "multiple-choice", **LETTERED)
    meant = {choice["mark"]: choice["text"] for choice in found["choices"]}
    assert [meant[mark] for mark in found["gold"]] == [texts[place] for place in sorted(places)]
