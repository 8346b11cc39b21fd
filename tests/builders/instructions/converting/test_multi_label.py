"""Texts and all classes they are of."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.instructions.converting.own_rows import one, reason

FIELDS = {"text": "{text}", "labels": "{labels}"}
WORDS = {"cell death": "Cell death", "growth": "Growth", "NULL": "None of them"}


def labelled(labels: object, **fields: object):
    return one({"text": ["a"], "labels": [labels]}, "multi-label", **FIELDS, **fields)


def test_labels_stand_once_in_the_order_of_the_table():
    found = labelled(["growth", "Cell death", "growth"], words=WORDS, none="None of them")
    assert (found["outputs"], found["gold"]) == (["Cell death, Growth"], ["Cell death", "Growth"])
    assert [choice["mark"] for choice in found["choices"]] == ["Cell death", "Growth"]


def test_no_label_is_answered_by_the_word_for_none_and_gold_is_empty():
    for labels in ([], ["NULL"], ["", "NULL"]):
        found = labelled(labels, words=WORDS, none="None of them")
        assert (found["outputs"], found["gold"]) == (["None of them"], [])
    assert labelled(["NULL", "growth"], words=WORDS, none="None of them")["gold"] == ["Growth"]
    assert reason({"text": ["a"], "labels": [[]]}, "multi-label", **FIELDS)[0] == "empty_output"


def test_labels_of_the_sentences_of_a_document_count_together():
    found = labelled([["growth", "NULL"], [], ["cell death", "growth"]], words=WORDS, none="None of them")
    assert found["gold"] == ["Cell death", "Growth"]
    assert labelled([["NULL"], ["NULL"]], words=WORDS, none="None of them")["outputs"] == ["None of them"]


def test_open_labels_keep_their_order_and_stand_apart_by_semicolons_since_they_hold_commas():
    found = labelled(["Humans", "Diabetes Mellitus, Type 2", "Humans"])
    assert (found["outputs"], found["choices"]) == (["Humans; Diabetes Mellitus, Type 2"], [])
    assert found["gold"] == ["Humans", "Diabetes Mellitus, Type 2"]


def test_an_unknown_label_rejects_the_row():
    row = {"text": ["a"], "labels": [["growth", "secret"]]}
    assert reason(row, "multi-label", **FIELDS, words=WORDS) == ("unknown_label", "column labels")


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["cell death", "growth", "NULL", ""]), min_size=1))
def test_gold_is_always_among_the_choices(labels: list[str]):
    found = labelled(labels, words=WORDS, none="None of them")
    assert set(found["gold"]) <= {choice["mark"] for choice in found["choices"]}
    assert found["outputs"] == [", ".join(found["gold"]) or "None of them"]
