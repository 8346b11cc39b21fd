"""Sentences of listed and of wrapped text: they cover it in order, and only items of a list end with their line."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.reading.sentences import split

WORDS = (
    "no", "small", "left", "pleural", "effusion", "and", "nodule", "12", "mm", "1.", "2)", "-", "•", "the", "lungs",
    "clear.", "stable", "\n", "\n\n", "\r\n", "___", "cardiomegaly,", "(mild)", "which", "?", "heart", "is", "İ",
)  # fmt: skip
RUNNING = (
    "There is a small left pleural effusion with atelectasis of the lower lobe behind it. The heart is not enlarged, "
    "and the mediastinal contours are within normal limits for a film taken at the bedside in shallow inspiration, "
    "which also explains the crowding of vessels at both bases. No pneumothorax is seen. A nodule in the right upper "
    "lobe measuring approximately 6 mm has not changed since the earlier examination and needs no further follow up."
)
LISTS = [
    "Mild cardiomegaly\nNo pleural effusion\nNodule in the right upper lobe",
    "Small bilateral pleural effusions\nNo pneumothorax",
    "1. Mild cardiomegaly\n2. No pleural effusion\n3. Stable nodule",
    "1) Mild cardiomegaly\r\n2) No pleural effusion",
    "Findings:\n- Mild cardiomegaly with upper zone redistribution of the vessels and Kerley lines\n- No effusion",
    "• Mild cardiomegaly\n• No pleural effusion",
    "  Emphysema\n\n  Stable nodule in the right upper lobe\n  Coronary calcification",
]


def said(text: str) -> list[str]:
    return [text[begin:end] for begin, end in split(text)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_sentences_cover_the_text_in_order_without_overlap(text: str) -> None:
    place = 0
    for begin, end in split(text):
        assert place <= begin < end <= len(text)
        assert not text[place:begin].strip(' \t\r\n"•▪●·')
        place = end
    assert not text[place:].strip(' \t\r\n"•▪●·')


@pytest.mark.parametrize("text", LISTS)
def test_items_on_lines_of_their_own_are_a_sentence_each(text: str) -> None:
    assert said(text) == [line.strip(" •") for line in text.splitlines() if line.strip()]


@settings(max_examples=60, deadline=None)
@given(st.integers(30, 130), st.integers(0, 12))
def test_wrapped_running_text_has_the_same_sentences_as_on_one_line(width: int, heading: int) -> None:
    wrapped = textwrap.fill("x" * heading + " " + RUNNING, width).removeprefix("x" * heading).lstrip()
    assert [" ".join(sentence.split()) for sentence in said(wrapped)] == said(RUNNING)


def test_a_sentence_whose_names_became_masks_after_wrapping_stays_whole() -> None:
    text = (
        "Comparison is made with the film that Dr. ___ of this department read on ___\n"
        "morning, and the consolidation at the base of the left lung is a little smaller\n"
        "in extent while the effusion has not changed since."
    )
    assert len(said(text)) == 1


def test_a_line_that_ends_in_the_middle_of_a_phrase_goes_on() -> None:
    assert said("Small effusion\nand atelectasis of the\nleft lower lobe") == [
        "Small effusion\nand atelectasis of the\nleft lower lobe"
    ]
