"""Summaries, and documents that are cut at a heading."""

import pytest

from tests.builders.instructions.converting.own_rows import one, reason

SUMMARY = {"text": "{t}", "summary": "{s}"}
LONG = "In plain words: " + "the drug helped some people and harmed nobody. " * 4


def test_a_background_stands_before_the_text():
    found = one({"b": [["Why", "Why"]], "t": ["Text."], "s": ["Short."]}, "summarisation", **SUMMARY, background="{b}")
    assert found["input"] == "Why\n\nText."


def test_a_summary_that_stands_in_its_text_is_cut_out():
    row = {"t": [f"Title.\n{LONG}\nBody of the article."], "s": [LONG]}
    assert one(row, "summarisation", **SUMMARY)["input"] == "Title.\nBody of the article."
    assert reason({"t": [LONG], "s": [LONG]}, "summarisation", **SUMMARY)[0] == "empty_input"


def test_a_short_summary_may_be_a_sentence_of_its_text():
    row = {"t": ["Hello. Is it safe? Thanks."], "s": ["Is it safe?"]}
    assert one(row, "summarisation", **SUMMARY)["input"] == row["t"][0]


CUT = {"text": "{t}", "cut": ("Instructions:", "Advice")}


@pytest.mark.parametrize("head", ["Instructions:", "  INSTRUCTIONS:", "advice"])
def test_a_document_is_cut_at_the_first_heading_at_the_begin_of_a_line(head: str):
    text = f"Course. Instructions: none yet.\n\n{head}\nRest at home.\nAdvice: drink."
    found = one({"t": [text]}, "completion", **CUT)
    assert found["input"] == "Course. Instructions: none yet."
    assert found["outputs"] == ["Rest at home.\nAdvice: drink."]


def test_what_cannot_be_cut():
    assert reason({"t": ["Course, no advice."]}, "completion", **CUT)[0] == "no_heading"
    assert reason({"t": ["Advice\nRest."]}, "completion", **CUT)[0] == "empty_input"
    assert reason({"t": ["Course.\nAdvice\n"]}, "completion", **CUT)[0] == "empty_output"
    assert reason({"t": [None]}, "completion", **CUT) == ("empty_input", "column t")
