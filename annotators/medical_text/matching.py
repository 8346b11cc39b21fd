"""Find thousands of patterns in texts at once: which ones each text holds, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.medical_text.automaton import Automaton, automaton
from annotators.medical_text.characters import OTHER, SPACE, kinds
from annotators.medical_text.lowering import lowered
from annotators.medical_text.scanning import scan
from annotators.text_bytes import Texts, texts_of
from schemas.errors import UsageError

FORMS: Final = ("word", "stem", "part", "token")
"""A whole word; a word's beginning; anywhere; a whole piece of `str.split()`, punctuation and all."""


class Matches(NamedTuple):
    """Text t holds `patterns[starts[t] : starts[t + 1]]` (ascending), each `times` times; all arrays are flat."""

    starts: NDArray[np.int64]
    patterns: NDArray[np.int32]
    times: NDArray[np.int32]

    def different(self) -> NDArray[np.int64]:
        """How many different patterns each text holds."""
        return np.diff(self.starts)

    def summed(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Per text the sum over its patterns of times x `values[pattern]`, in whole numbers."""
        until = np.concatenate([[0], np.cumsum(self.times * values[self.patterns], dtype=np.int64)])
        return until[self.starts[1:]] - until[self.starts[:-1]]


@dataclass(frozen=True)
class Patterns:
    """Lower-case texts to look for, with the form of each; compiled at first use, once per process.

    Before and behind a `word`, and before a `stem`, stands no letter or digit. Where a Latin letter meets a Chinese
    or Japanese one is a border too (`ct検査`), and a hyphen always is (`x-ray`, `non-viral`). A pattern whose own
    edge is no letter has no border to keep there. Raises `UsageError` for an empty text or an unknown form.
    """

    texts: Sequence[str]
    forms: Sequence[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", tuple(self.texts))
        object.__setattr__(self, "forms", tuple(self.forms))
        for number, (text, form) in enumerate(zip(self.texts, self.forms, strict=True), 1):
            if not text or form not in FORMS:
                known = ", ".join(FORMS)
                raise UsageError(f"pattern {number}: expected a text and one of {known}; got {text!r} and {form!r}")

    def count(self, texts: pl.Series) -> Matches:
        """What is in each text, which the caller has lower-cased; null holds nothing.

        Different patterns may overlap; of one pattern those count that `str.count` would: from the left, none
        overlapping another.
        """
        return self.count_in(texts_of(texts))

    def count_lowered(self, texts: pl.Series) -> Matches:
        """The same for texts in any case: faster than lower-casing them first."""
        return _joined([self.count_in(block) for block in lowered(texts)])

    def count_in(self, texts: Texts) -> Matches:
        """The same for lower-case texts that lie in a row already."""
        made, edges = _compiled(tuple(self.texts), tuple(self.forms))
        return Matches(*scan(made, edges, kinds(), *texts))


def _joined(blocks: Sequence[Matches]) -> Matches:
    """What was found in one block of texts after the other."""
    if not blocks:
        return Matches(np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))
    rows = np.concatenate([block.different() for block in blocks])
    return Matches(
        np.concatenate([[0], np.cumsum(rows, dtype=np.int64)]),
        np.concatenate([block.patterns for block in blocks]),
        np.concatenate([block.times for block in blocks]),
    )


@lru_cache(maxsize=64)
def _compiled(texts: tuple[str, ...], forms: tuple[str, ...]) -> tuple[Automaton, NDArray[np.int64]]:
    """The automaton, and per pattern what stands before and behind it (see `scan`) and its length in bytes."""
    patterns = [text.encode() for text in texts]
    edges = np.full((len(texts), 3), OTHER, np.int64)
    for pattern, (text, form) in enumerate(zip(texts, forms, strict=True)):
        if form in ("word", "stem"):
            edges[pattern, 0] = _edge(text[0])
        if form == "word":
            edges[pattern, 1] = _edge(text[-1])
        if form == "token":
            edges[pattern, :2] = SPACE
    edges[:, 2] = [len(pattern) for pattern in patterns]
    return automaton(patterns), edges


def _edge(character: str) -> int:
    kind = int(kinds()[ord(character)])
    return OTHER if kind == SPACE else kind
