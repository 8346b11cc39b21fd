"""Rewrites by rules: what they say of a finding is what they are meant to say, whatever the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.llm.asking import Failure
from annotators.rewriting.by_rules import ByRules, version
from annotators.rewriting.meaning import Reading, Said, contradicts, other_terms, readings
from annotators.rewriting.swaps import places, rows, swapped
from builders.sources.synthetic import Synthetic

CASES = [
    ("There is no pleural effusion.", {"absent"}, {"present"}),
    ("Cardiomegaly is present.", {"present"}, {"absent"}),
    ("No pneumothorax.", {"absent"}, {"present"}),
]


def reading(*said: tuple[str, str, str | None]) -> Reading:
    return frozenset(Said(*one, None) for one in said)


@pytest.mark.parametrize(("text", "asserted", "turned"), CASES)
def test_the_same_in_other_words_and_something_else(text: str, asserted: set[str], turned: set[str]) -> None:
    (made,) = ByRules().annotate([text])
    assert not isinstance(made, Failure)
    own, synonym, antonym = readings([text, made[0]["synonym"], made[0]["antonym"]])
    assert own == synonym and made[0]["synonym"] != text
    assert {said.assertion for said in own} == asserted and {said.assertion for said in antonym} == turned


def test_every_rewrite_of_synthetic_reports_holds_under_the_rules() -> None:
    source = Synthetic("30")
    texts = source.read("reports", source.shards("reports")[0].name)["text"].to_list()
    made = ByRules().annotate(texts)
    kept = [(text, rows) for text, rows in zip(texts, made, strict=True) if not isinstance(rows, Failure)]
    assert len(kept) >= 29
    rewritten = [row for _, rows in kept for row in rows]
    own, same, other = (readings([row[name] for row in rewritten]) for name in ("text", "synonym", "antonym"))
    assert own == same
    flipped = [bool(one) and one != two for one, two in zip(own, other, strict=True)]
    assert sum(flipped) > 0.5 * len(rewritten)
    assert all(bool(row["flags"]) == (bool(one) and not turned)
               for row, one, turned in zip(rewritten, own, flipped, strict=True))  # fmt: skip
    assert all(text[row["start"] : row["end"]] == row["text"] for text, rows in kept for row in rows)
    assert ByRules().annotate(texts[::-1]) == made[::-1]


def test_what_surrounds_the_sentences_stays_in_a_version() -> None:
    text = " No pneumothorax.\n\nThere is  a nodule. "
    (made,) = ByRules().annotate([text])
    assert not isinstance(made, Failure) and version(text, made, "text") == text
    assert version(text, made, "antonym").startswith(" ") and "\n\n" in version(text, made, "synonym")


@pytest.mark.parametrize(("text", "reason"), [
    ("", "nothing_changed"), ("Xxxx.", "nothing_flipped"), ("Compared with the last one.", "nothing_flipped"),
])  # fmt: skip
def test_texts_without_a_finding_are_failures(text: str, reason: str) -> None:
    (made,) = ByRules().annotate([text])
    assert isinstance(made, Failure) and made.reason == reason


@given(st.lists(st.text(st.sampled_from("no nodule. leftİ\u00df\n\U0001f600;"), max_size=30), max_size=8))
@settings(max_examples=40)
def test_any_text_is_rewritten_or_is_a_failure(texts: list[str]) -> None:
    made = ByRules().annotate(texts)
    assert len(made) == len(texts)
    for text, own in zip(texts, made, strict=True):
        assert isinstance(own, Failure) or version(text, own, "text") == text


def test_contradiction_and_silence_are_told_apart() -> None:
    nodule, none = reading(("nodule", "present", "left")), reading()
    assert contradicts(nodule, reading(("nodule", "absent", "left")))
    assert contradicts(nodule, reading(("nodule", "present", "right")))
    assert contradicts(none, nodule) and contradicts(nodule, nodule | reading(("mass", "present", None)))
    assert not contradicts(nodule, none) and not contradicts(nodule, reading(("mass", "present", "left")))
    assert not contradicts(nodule, reading(("nodule", "present", None))) and not contradicts(none, none)
    assert other_terms(nodule, none) and not other_terms(nodule, reading(("nodule", "absent", "right")))


def test_swaps_are_of_whole_words() -> None:
    assert places("Normal, abnormal; NORMAL", "normal") == [(0, 6), (18, 24)]
    assert places("well-normal within  normal limits", "within normal limits") == [(12, 33)]
    assert swapped("No  nodule", [(0, 2, "there is")]) == "There is nodule"


def test_tables_hold_each_words_once_and_other_words() -> None:
    same = rows("synonyms.tsv")
    assert len({words for words, _ in same}) == len(same)
    assert all(words not in others.split(";") and all(others.split(";")) for words, others in same)
    other = rows("antonyms.tsv")
    assert len({words for _, words, _ in other}) == len(other) and all(words != made for _, words, made in other)


def test_a_sentence_over_two_lines_is_read_as_one() -> None:
    """By itself it was read as two, so that what is denied in it was taken for present."""
    broken, whole = readings(["No evidence of hemidiaphragm\n elevation.", "No evidence of hemidiaphragm elevation."])
    assert broken == whole and {said.assertion for said in whole} == {"absent"}
