"""Corpora for the tests: texts of odd signs, with entities that touch and that begin or end within words."""

from itertools import pairwise

import polars as pl
from hypothesis import strategies as st

from builders.ner_formats.frames import Labelled, frame

ODD = "aZ9_ -'\"#=/\\%~.,é\u0301\u0300ß語\u200d\u200b\u00a0\u202e\u05d0\u0627👩🏽\U0010ffff\uffff\ufeff"
BREAKS = "\n\r\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029\u3000\u1680"
PITFALLS = ("# id = x", '# text = "y"', "-DOCSTART-", "\r\n\r\n", "T1\tDisease 0 4\tlung", '"', "\\n", "O\tO")
TYPES = ("Anatomy", "Non-Abnormality", "Disease")


@st.composite
def labelled(draw: st.DrawFn, name: str, types: tuple[str, ...] = TYPES) -> Labelled:
    """One text with entities that keep the rules of the frame."""
    letters = st.one_of(st.sampled_from(ODD + BREAKS), st.characters(exclude_categories=["Cs"]))
    parts = st.lists(st.one_of(st.text(letters, max_size=8), st.sampled_from(PITFALLS)), max_size=5)
    text = "".join(draw(parts))
    borders = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8))) if text else []
    spans = [(start, end) for start, end in pairwise(borders) if draw(st.booleans())]
    kept = [(start, end) for start, end in spans if text[start:end] == text[start:end].strip()]
    return Labelled(name, text, [(start, end, draw(st.sampled_from(types))) for start, end in kept])


@st.composite
def corpora(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> dict[str, pl.DataFrame]:
    """Splits of a few texts each; a split may be empty."""
    chosen = draw(st.lists(st.sampled_from(["train", "validation", "test"]), min_size=1, unique=True))
    names = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=6)
    made: dict[str, pl.DataFrame] = {}
    for split in chosen:
        ids = draw(st.lists(names, max_size=3, unique=True))
        made[split] = frame(draw(labelled(name, types)) for name in ids)
    return made


def same(left: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame]) -> bool:
    """Whether two corpora have the same splits with the same rows in the same order."""
    return set(left) == set(right) and all(left[split].equals(right[split]) for split in left)
