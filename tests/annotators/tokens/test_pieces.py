"""Labels of sub-words become spans of whole words, none lost, whatever stands beside it."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.tokens.pieces import Span, spans
from annotators.tokens.windows import windows

TYPES = ("ABNORMALITY", "ANATOMY", "DISEASE")
PARTS = st.sampled_from(
    ["nodule", "ﬁbrosis", "x", "-", "ray", ",", "肺炎", "5", "mm", "\U0001f9e0", "Ödem", "(", "e\u0301"]
)


@st.composite
def tagged(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], list[str], list[Span]]:
    """A text, sub-words of it with labels, and the entities that those labels mean."""
    text, pieces = "", []
    for part in draw(st.lists(PARTS, min_size=1, max_size=12)):
        text += part + " " * draw(st.integers(1, 2))
    pieces = [match.span() for match in re.finditer(r"\w[\w\u0301]*|[^\w\s]", text)]
    wanted, labels = [], ["O"] * len(pieces)
    place = 0
    while place < len(pieces):
        length = draw(st.integers(0, 3))
        if length and place + length <= len(pieces):
            kind = draw(st.sampled_from(TYPES))
            wanted.append(Span(pieces[place][0], pieces[place + length - 1][1], kind))
            labels[place : place + length] = [f"B-{kind}", *[f"I-{kind}"] * (length - 1)]
        place += max(length, 1)
    offsets, told = [], []
    for (start, end), label in zip(pieces, labels, strict=True):
        cut = draw(st.integers(start, end))  # a word of one or two sub-words; the second one may say anything
        parts = [(start, cut), (cut, end)] if start < cut < end else [(start, end)]
        offsets += parts
        told += [label, draw(st.sampled_from(["O", label, "I-DISEASE", "B-ANATOMY"]))][: len(parts)]
    return text, offsets, told, wanted


@given(tagged())
def test_every_entity_comes_back(made) -> None:
    text, offsets, labels, wanted = made
    assert spans(text, offsets, labels) == wanted


@given(st.text(max_size=40), st.data())
def test_any_labels_of_any_tokens_give_whole_words_that_do_not_overlap(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    offsets = list(pairwise(cuts))
    labels = data.draw(
        st.lists(st.sampled_from(["O", "B-A", "I-A", "I-B"]), min_size=len(offsets), max_size=len(offsets))
    )
    found = spans(text, offsets, labels)
    assert all(before.end <= after.start for before, after in pairwise(found))
    for span in found:
        assert 0 <= span.start < span.end <= len(text)
        for edge in (span.start, span.end):
            assert edge in (0, len(text)) or not re.fullmatch(r"\w\w", text[edge - 1 : edge + 1])


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (["B-A", "B-A", "B-A"], [(0, 2), (3, 5), (6, 8)]),
        (["I-A", "I-A", "O"], [(0, 5)]),
        (["B-A", "I-B", "I-B"], [(0, 2), (3, 8)]),
        (["O", "I-A", "B-A"], [(3, 5), (6, 8)]),
        (["O", "O", "O"], []),
    ],
)
def test_neighbours_and_orphans_stay(labels: list[str], wanted: list[tuple[int, int]]) -> None:
    """RaTEScore's decoder drops an `I-` without `B-`, and the last entity beside another."""
    assert [span[:2] for span in spans("aa bb cc", [(0, 2), (3, 5), (6, 8)], labels)] == wanted


@given(st.integers(0, 400), st.integers(2, 60))
def test_every_token_is_labelled_by_one_window_amid_what_surrounds_it(tokens: int, most: int) -> None:
    made = list(windows(0, tokens, most))
    assert [token for window in made for token in range(window.begin, window.end)] == list(range(tokens))
    for window in made:
        assert window.first <= window.begin < window.end <= window.last and window.last - window.first <= most
        assert window.first == 0 or window.begin - window.first >= (most // 2) // 2
        assert window.last == tokens or window.last - window.end >= (most // 2) // 2
