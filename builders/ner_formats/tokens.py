"""The one tokenisation that all formats of labelled tokens share: every border of an entity is a border of a token."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from annotators.tokens.pieces import PIECE
from builders.ner_formats.frames import Labelled
from schemas.errors import SourceError

Offsets = list[tuple[int, int]]
_BLANKS: Final = re.compile(r"\s*")


def tokens(row: Labelled) -> Offsets:
    """Start and end of the words and marks of punctuation of a text, cut where an entity begins or ends within one.

    Tokens hold no white space, and all else belongs to one: text and tokens give the offsets back (`aligned`).
    """
    borders = sorted({border for start, end, _ in row.entities for border in (start, end)})
    return list(_cut((piece.span() for piece in PIECE.finditer(row.text)), borders))


def _cut(pieces: Iterator[tuple[int, int]], borders: Sequence[int]) -> Iterator[tuple[int, int]]:
    waiting = iter(borders)
    border = next(waiting, None)
    for start, end in pieces:
        edges = [start]
        while border is not None and border < end:
            if border > start:
                edges.append(border)
            border = next(waiting, None)
        yield from pairwise([*edges, end])


def aligned(text: str, words: Sequence[str]) -> Offsets | None:
    """Where words stand in their text, in order and with nothing but white space around them; None if they do not."""
    found: Offsets = []
    end = 0
    for word in words:
        start = _past_blanks(text, end)
        end = start + len(word)
        if text[start:end] != word:
            return None
        found.append((start, end))
    return found if _past_blanks(text, end) == len(text) else None


def _past_blanks(text: str, start: int) -> int:
    blanks = _BLANKS.match(text, start)
    return blanks.end() if blanks else start


def joined(words: Sequence[str]) -> tuple[str, Offsets]:
    """The text of words of which nothing but the words is known: they stand one blank apart."""
    found: Offsets = []
    start = 0
    for word in words:
        found.append((start, start + len(word)))
        start += len(word) + 1
    return " ".join(words), found


def labels(row: Labelled, offsets: Offsets) -> list[str]:
    """The label of each token in IOB2: `B-TYPE` begins an entity, `I-TYPE` goes on with it, `O` is of none."""
    begun = {start: (end, kind) for start, end, kind in row.entities}
    found: list[str] = []
    until, kind = 0, ""
    for start, _ in offsets:
        if start in begun:
            until, kind = begun[start]
            found.append(f"B-{kind}")
        else:
            found.append(f"I-{kind}" if start < until else "O")
    return found


def entities(offsets: Offsets, marks: Sequence[str]) -> list[tuple[int, int, str]]:
    """Entities from the labels of tokens in IOB1, IOB2, IOBES or BILOU; raises `SourceError` at any other label.

    `B-`, `S-` and `U-` begin an entity; `I-`, `E-` and `L-` go on with one of the same type, and else begin one too;
    behind `E-`, `L-`, `S-`, `U-` and `O` none goes on.
    """
    found: list[tuple[int, int, str]] = []
    open_ = ""
    for number, ((start, end), label) in enumerate(zip(offsets, marks, strict=True), 1):
        mark, _, kind = label.partition("-")
        if mark not in tuple("OBIESLU") or (mark == "O") == bool(kind):  # not shown: it may be a word of a report
            raise SourceError(f"token {number} has no label: expected O, or one of B- I- E- S- L- U- with a type")
        if mark in "IEL" and kind == open_:
            found[-1] = (found[-1][0], end, kind)
        elif mark != "O":
            found.append((start, end, kind))
        open_ = kind if mark in "BI" else ""
    return found
