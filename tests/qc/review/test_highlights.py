"""A report in pieces: nothing lost, nothing twice, the question in front."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qc.review.highlights import Span, pieces, unwrapped

TEXTS = st.text(alphabet=st.sampled_from("abc .\n1-\u202e\u0000é中"), max_size=60)
SPANS = st.lists(
    st.builds(
        lambda a, n, w: Span(a, a + n, "present", "x", w),
        st.integers(0, 60),
        st.integers(1, 20),
        st.sampled_from(["asked", "meant", "other"]),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(TEXTS, SPANS)
def test_the_pieces_are_the_text(text: str, spans: list[Span]) -> None:
    shown = "".join(chr(int(p.text[2:], 16)) if p.hidden else p.text for p in pieces(text, spans))
    assert shown == unwrapped(text)
    assert len(unwrapped(text)) == len(text)


@settings(deadline=None)
@given(TEXTS, SPANS)
def test_every_letter_of_a_span_is_marked_at_least_as_heavily(text: str, spans: list[Span]) -> None:
    weights = ("", "other", "meant", "asked")
    place = 0
    for piece in pieces(text, spans):
        size = 1 if piece.hidden else len(piece.text)
        heaviest = max((weights.index(s.weight) for s in spans if s.start <= place < s.end), default=0)
        assert weights.index(piece.weight) == heaviest
        place += size


def test_a_line_break_inside_a_sentence_is_a_space_and_others_stay() -> None:
    assert (
        unwrapped("heart is\nnot large.\n\nLungs:\n1. clear\n2. full")
        == "heart is not large.\n\nLungs:\n1. clear\n2. full"
    )


def test_marks_that_turn_the_text_around_are_shown_by_number() -> None:
    shown = pieces("no \u202enoisuffe", [])
    assert [(p.text, p.hidden) for p in shown] == [("no ", False), ("U+202E", True), ("noisuffe", False)]
