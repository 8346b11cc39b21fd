"""From labels of tokens to spans of words: every entity keeps its neighbours, and none begins or ends within a word.

A piece is a word or a mark of punctuation. It has the label of the token that covers its first character, so that
sub-words of one word never disagree. RaTEScore's decoder works on sub-words and loses entities: an `I-` without its
`B-`, and the last one beside another.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_MARKS: Final = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200d\u20d0-\u20ff\ufe20-\ufe2f"
"""Accents that stand behind their letter, and what joins signs; Python counts them as no part of a word."""
PIECE: Final = re.compile(rf"\w[\w{_MARKS}]*|[^\w\s][{_MARKS}]*")
"""A word or a mark of punctuation; every character but white space is part of one."""


class Span(NamedTuple):
    """Start and end in characters, and the type of an entity."""

    start: int
    end: int
    type: str


def spans(text: str, offsets: Sequence[tuple[int, int]], labels: Sequence[str]) -> list[Span]:
    """Entities of a text from the labels (`O`, `B-…`, `I-…`) of its tokens, whose offsets ascend.

    `B-` begins an entity; `I-` of the same type goes on with the one before, and else begins one.
    """
    found: list[Span] = []
    open_ = ""
    for start, end, label in _labelled(text, offsets, labels):
        mark, _, kind = label.partition("-")
        if mark == "I" and kind == open_:
            found[-1] = found[-1]._replace(end=end)
        elif mark in ("B", "I"):
            found.append(Span(start, end, kind))
        open_ = kind
    return found


def heads(text: str, offsets: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int | None]]:
    """Start and end of each piece, and the token that covers its first character; None where no token does."""
    token = 0
    for piece in PIECE.finditer(text):
        while token < len(offsets) and offsets[token][1] <= piece.start():
            token += 1
        covered = token < len(offsets) and offsets[token][0] < piece.end()
        yield piece.start(), piece.end(), token if covered else None


def _labelled(text: str, offsets: Sequence[tuple[int, int]], labels: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Pieces with their labels; `O` where no token covers one."""
    for start, end, token in heads(text, offsets):
        yield start, end, "O" if token is None else labels[token]
