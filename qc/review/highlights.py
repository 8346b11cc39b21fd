"""A report as pieces to show: what was read in it is marked, and what a page could not show honestly is named."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal
from unicodedata import category

Weight = Literal["asked", "meant", "other", ""]
"""What is asked about, what belongs to the question, what else was read, and plain text."""

_WEIGHTS: Final[tuple[Weight, ...]] = ("", "other", "meant", "asked")
_HIDING: Final = frozenset("\u200b\u200e\u200f\u061c\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that are invisible or turn the order of letters around."""

_WRAPPED: Final = re.compile(r"(?<=\S)[ \t]*\r?\n[ \t]*(?=[^\s\d•*\-–])")
"""A line break inside a sentence; those in front of blank lines, list items and numbers stay."""


@dataclass(frozen=True)
class Span:
    """What was read from `start` to `end` (characters); `kind` is its look, `label` says it in words."""

    start: int
    end: int
    kind: str
    label: str
    weight: Weight = "other"


@dataclass(frozen=True)
class Piece:
    """Text of one look; `hidden`: the name of one character that is shown by its number."""

    text: str
    kind: str = ""
    label: str = ""
    weight: Weight = ""
    hidden: bool = False


def pieces(text: str, spans: Iterable[Span], start: int = 0, end: int | None = None) -> list[Piece]:
    """`text[start:end]` in pieces; of spans that overlap the weightier shows, then the shorter."""
    end = len(text) if end is None else min(end, len(text))
    inside = [span for span in spans if span.start < end and span.end > start]
    cuts = {start, end}
    for span in inside:
        cuts |= {max(span.start, start), min(span.end, end)}
    marks = sorted(cuts)
    flowing = unwrapped(text)
    found = []
    for left, right in pairwise(marks):
        over = _foremost([span for span in inside if span.start <= left and span.end >= right])
        found += _shown(flowing[left:right], over)
    return found


def honest(text: str) -> str:
    """A few words with every mark that would not show named by its number."""
    return "".join(piece.text for piece in pieces(text, []))


def unwrapped(text: str) -> str:
    """The same length, with line breaks inside sentences turned into spaces."""
    return _WRAPPED.sub(lambda found: " " * len(found[0]), text)


def _foremost(spans: Sequence[Span]) -> Span | None:
    return max(spans, key=lambda span: (_WEIGHTS.index(span.weight), span.start - span.end), default=None)


def _shown(text: str, over: Span | None) -> list[Piece]:
    kind, label, weight = (over.kind, over.label, over.weight) if over else ("", "", "")
    found: list[Piece] = []
    plain = ""
    for letter in text:
        if not _hides(letter):
            plain += letter
            continue
        found += [Piece(plain, kind, label, weight)] if plain else []
        found.append(Piece(f"U+{ord(letter):04X}", kind, label, weight, hidden=True))
        plain = ""
    return [*found, Piece(plain, kind, label, weight)] if plain else found


def _hides(letter: str) -> bool:
    return letter in _HIDING or (category(letter) == "Cc" and letter not in "\n\t\r")
