"""A text in, a text out: templates, parts that may be missing, several right answers."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.instructions.converting.by_shape import convert
from schemas.errors import UsageError
from tests.builders.instructions.converting.own_rows import made, one, reason, rows, task

QUESTION = {"context": "Passage: {context}", "question": "{q}", "answer": "{a}"}


def test_what_stands_before_disappears_with_its_words_where_it_is_empty():
    both = made({"context": ["Long.", None], "q": ["Why?"] * 2, "a": ["So."] * 2}, "question-answer", **QUESTION)
    assert both.frame["input"].to_list() == ["Passage: Long.\n\nWhy?", "Why?"]
    assert one({"q": ["Why?"], "a": ["So."]}, "question-answer", **QUESTION)["input"] == "Why?"


def test_a_list_of_answers_is_several_right_ones_and_choices_and_gold_are_empty():
    found = one({"q": ["Why?"], "a": [["So.", " ", "Thus.", "So."]]}, "question-answer", **QUESTION)
    assert (found["outputs"], found["choices"], found["gold"]) == (["So.", "Thus."], [], [])


def test_the_first_empty_column_is_named():
    row = {"a": ["x"], "b": ["  "], "c": [None]}
    assert reason(row, "generation", text="{a} {b} {c}", output="{a}") == ("empty_input", "column b")
    assert reason(row, "generation", text="{a}", output="{a}: {c}") == ("empty_output", "column c")
    assert reason(row, "generation", text="{a}", output="{missing}") == ("empty_output", "column missing")


@settings(max_examples=30)
@given(st.lists(st.text("ab{}$1\\ \n", min_size=1), min_size=1, max_size=5))
def test_what_a_column_holds_is_never_taken_for_a_template(values: list[str]):
    kept = made({"v": values, "a": ["x"] * len(values)}, "generation", text="<{v}|{v}>", output="{a}")
    told = [f"<{value.strip()}|{value.strip()}>" for value in values if value.strip()]
    assert kept.frame["input"].to_list() == told
    assert kept.rejected.height == len(values) - len(told)


def test_fields_of_structs_and_columns_with_points_in_their_names():
    frame = pl.DataFrame({"case": [{"summary": {"long": "Fever."}}], "q.content": ["What?"]})
    assert one(frame, "generation", text="{case.summary.long}", output="{q.content}")["input"] == "Fever."
    studies = pl.DataFrame({"s": [[{"t": "One"}, {"t": "Two"}]], "a": ["x"]})
    assert one(studies, "generation", text="{s.t}", output="{a}")["input"] == "One\nTwo"


def test_lists_of_one_length_are_told_place_by_place():
    row = {"t": [["T1", "T2", "T2"], ["T3"]], "x": [["A1", "A2", "A2"], ["A3"]], "s": [["Sum", "Sum", "Sum"], ["End"]]}
    kept = made(row, "summarisation", text="{t}\n{x}", summary="{s}")
    assert kept.frame["input"].to_list() == ["T1\nA1\n\nT2\nA2", "T3\nA3"]
    assert kept.frame["outputs"].to_list() == [["Sum"], ["End"]]
    uneven = {"t": [["T1"]], "x": [["A1", "A2"]], "s": ["Sum"]}
    assert one(uneven, "summarisation", text="{t}\n{x}", summary="{s}")["input"] == "T1\nA1\nA2"


def test_options_in_a_template_are_lines_with_marks():
    struct = pl.DataFrame({"o": [{"A": "one", "B": "two", "C": None}], "a": ["x"]})
    listed = {"o": [[{"letter": "A", "text": "one"}, {"letter": "B", "text": "two"}]], "a": ["x"]}
    for columns in (struct, listed):
        assert one(columns, "generation", text="{o}", output="{a}")["input"] == "A. one\nB. two"


def test_sections_stand_under_their_headings():
    sections = [[{"name": "Case", "text": "He coughed."}, {"name": "", "text": "He went home."}]]
    found = one({"s": sections, "a": ["x"]}, "generation", text="{s}", output="{a}")
    assert found["input"] == "Case\nHe coughed.\nHe went home."


@pytest.mark.parametrize(
    ("value", "text"),
    [(45.0, "45"), (1.5, "1.5"), (True, "True"), (7, "7"), ([["60", "year"], ["3.0", "month"]], "60 year, 3 month")],
)
def test_values_are_written_as_a_person_would(value: object, text: str):
    assert one({"v": [value], "a": ["x"]}, "generation", text="{a}", output="Age: {v}")["outputs"] == [f"Age: {text}"]


@pytest.mark.parametrize("shape", ["translation", "dialogue", "report-section"])
def test_slots_of_the_other_shapes(shape: str):
    slots = {
        "translation": ("source", "target"),
        "dialogue": ("question", "reply"),
        "report-section": ("text", "output"),
    }
    asked, told = slots[shape]
    found = one({"a": ["in"], "b": ["out"]}, shape, **{asked: "{a}", told: "{b}"})
    assert (found["input"], found["outputs"]) == ("in", ["out"])


def test_a_column_of_a_corpus_may_be_called_like_one_of_ours():
    row = {"input": ["a"], "outputs": ["b"], "text": ["c"], "row": ["d"], "reason": ["e"], "split": ["f"]}
    assert one(row, "generation", text="{input}{text}", output="{reason}")["input"] == "ac"


def test_a_task_that_is_not_ready_is_an_error():
    with pytest.raises(UsageError, match="build tasks that are ready"):
        convert(rows({"a": ["x"]}), task("", {}), "seed")


def test_no_rows_make_no_instances():
    frame = rows({"a": ["x"], "o": [["p", "q"]], "e": [[{"start": 0, "end": 1, "type": "T"}]]}).clear()
    for shape, fields in {
        "generation": {"text": "{a}", "output": "{a}"},
        "multiple-choice": {"question": "{a}", "options": "{o}", "answer": "{a}"},
        "classification": {"text": "{a}", "label": "{is_swapped}", "swapped": "{a}"},
        "span-list": {"text": "{a}", "entities": "{e}"},
    }.items():
        kept = convert(frame, task(shape, fields), "seed")
        assert (kept.frame.height, kept.rejected.height) == (0, 0)
