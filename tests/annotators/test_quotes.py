"""Quotations are found where they stand, at whole words, in whatever spelling, or not at all."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotators.quotes import Located, locate

WORDS = st.sampled_from(
    ["nodule", "nodules", "no", "Nod\u00fcle", "ﬁbrosis", "5", "mm", "\u00b5m", "肺", "effusion,", "(left)", "x-ray",
     "e\u0301clat", "I\u0307", "\U0001f9e0", "left", "left-sided", "ß"]
)  # fmt: skip
BLANKS = st.sampled_from([" ", "  ", "\n", "\u00a0", "\t"])


@st.composite
def sentences(draw: st.DrawFn) -> tuple[str, int, int]:
    """A sentence, and where a run of its words begins and ends."""
    words = draw(st.lists(WORDS, min_size=1, max_size=9))
    text, starts, ends = "", [], []
    for word in words:
        starts.append(len(text))
        text += word
        ends.append(len(text))
        text += draw(BLANKS)
    first = draw(st.integers(0, len(words) - 1))
    return text, starts[first], ends[draw(st.integers(first, len(words) - 1))]


def cuts_a_word(text: str, start: int, end: int) -> bool:
    return any(0 < edge < len(text) and text[edge - 1 : edge + 1].isalnum() for edge in (start, end))


@given(sentences())
def test_any_run_of_words_is_found_at_its_own_place(made: tuple[str, int, int]) -> None:
    text, start, end = made
    quote = text[start:end]
    before = sum(text.startswith(quote, at) and not cuts_a_word(text, at, at + len(quote)) for at in range(start))
    assert locate(quote, text, before + 1) == Located(start, end, "exact")


@given(sentences(), st.sampled_from([str.upper, str.casefold, lambda quote: re.sub(r"\s+", "   ", quote) + " ."]))
def test_other_spellings_are_found_where_the_words_are(made, spell) -> None:
    text, start, end = made
    quote = spell(text[start:end])
    assume(quote.strip(" .,;:\"'\n\t") and text[start] not in "(" and text[end - 1] not in ",)")
    found = locate(quote, text)
    assert found is not None
    assert found.start <= start and text[found.start : found.end].casefold()[:1] == text[start:end].casefold()[:1]


@given(st.text(max_size=30), st.text(max_size=8), st.integers(-1, 4))
def test_what_is_found_lies_in_the_sentence(text: str, quote: str, occurrence: int) -> None:
    found = locate(quote, text, occurrence)
    assert found is None or 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    ("quote", "text", "occurrence", "where"),
    [
        ("mass", "A massive effusion, no mass.", 1, (23, 27)),
        ("nodule", "A nodule, a nodule and a nodule.", 3, (25, 31)),
        ("nodule", "A nodule, a nodule and a nodule.", 4, None),
        ("“ground–glass”", 'A "ground-glass" opacity.', 1, (3, 15)),
        ("Pleural  Effusion.", "small pleural effusion", 1, (6, 22)),
        ("tumour", "There is a tumor.", 1, None),
        ("nodul", "There is a nodule.", 1, None),
        (" . ", "There. is . a nodule.", 1, None),
        ("", "There is a nodule.", 1, None),
        ("nodule", "There is a nodule.", 0, None),
    ],
)
def test_words_decide(quote: str, text: str, occurrence: int, where: tuple[int, int] | None) -> None:
    found = locate(quote, text, occurrence)
    assert (found and (found.start, found.end)) == where
