"""What tokens are taught is what the annotator reads back, and no token of a text is left out."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from annotators.tokens.pieces import PIECE, Span, spans
from builders.trainings.entities.alignment import IGNORED, examples, targets
from builders.trainings.entities.corpus import Labelled
from builders.trainings.entities.scores import scores
from builders.trainings.entities.swapping import Swapping

LABELS = ("O", "B-A", "I-A", "B-B", "I-B")
NUMBERS = {label: number for number, label in enumerate(LABELS)}
PARTS = st.sampled_from(["nodule", "ﬁbrosis", "x", "-", ",", "肺炎", "5", "\U0001f9e0", "Ödem", "(", "e\u0301"])


@st.composite
def labelled(draw: st.DrawFn) -> Labelled:
    text = "".join(part + " " * draw(st.integers(0, 2)) for part in draw(st.lists(PARTS, min_size=1, max_size=12)))
    pieces = [match.span() for match in PIECE.finditer(text)]
    made, place = [], 0
    while place < len(pieces):
        length = draw(st.integers(0, 3))
        if length and place + length <= len(pieces):
            made.append(Span(pieces[place][0], pieces[place + length - 1][1], draw(st.sampled_from("AB"))))
        place += max(length, 1)
    return Labelled(text, tuple(made))


@given(labelled(), st.data())
def test_what_is_taught_is_read_back(own: Labelled, data: st.DataObject) -> None:
    """Whatever the sub-words, as long as every piece begins one."""
    begins = [match.start() for match in PIECE.finditer(own.text)]
    inner = data.draw(st.sets(st.integers(0, len(own.text)), max_size=8))
    offsets = [
        (start, end) for start, end in pairwise(sorted({*begins, *inner, len(own.text)})) if own.text[start:end].strip()
    ]
    wanted = targets(own.text, own.entities, offsets, NUMBERS)
    told = [LABELS[number] if number != IGNORED else data.draw(st.sampled_from(LABELS)) for number in wanted]
    assert tuple(spans(own.text, offsets, told)) == own.entities


@given(st.lists(st.integers(0, 4), max_size=90), st.integers(2, 30))
def test_windows_teach_every_token_once(wanted: list[int], room: int) -> None:
    made = list(examples(0, range(len(wanted)), wanted, room))
    taught = [(number, own) for example in made for number, own in zip(*example, strict=True) if own != IGNORED]
    assert taught == list(enumerate(wanted))
    assert all(len(example.ids) <= room for example in made)


@given(st.lists(labelled(), min_size=1, max_size=5), st.integers(0, 99))
def test_swapped_mentions_are_mentions_of_their_type(texts: list[Labelled], seed: int) -> None:
    known = {(own.text[span.start : span.end], span.type) for own in texts for span in own.entities}
    for before, after in zip(texts, Swapping(texts, 0.5)(random.Random(seed)), strict=True):
        assert [span.type for span in after.entities] == [span.type for span in before.entities]
        assert {(after.text[span.start : span.end], span.type) for span in after.entities} <= known
        assert _around(after) == _around(before)
    assert Swapping(texts, 0.0)(random.Random(seed)) == texts


def _around(own: Labelled) -> str:
    text, behind = "", 0
    for span in own.entities:
        text, behind = text + own.text[behind : span.start] + "*", span.end
    return text + own.text[behind:]


def test_rates_of_nothing_are_zero() -> None:
    none = scores([[]], [[]])
    assert (none.micro.f1, none.micro.precision, none.macro_f1) == (0.0, 0.0, 0.0)
    missed = scores([[Span(0, 1, "A")]], [[Span(0, 1, "B")]])
    assert missed.micro == (1, 1, 0) and missed.macro_f1 == 0.0 and list(missed.types) == ["A", "B"]
