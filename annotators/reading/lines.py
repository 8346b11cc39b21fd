"""Which lines of a text are items of their own, told from lines that are only wrapped."""

import re
from itertools import pairwise
from typing import Final

_LINE: Final = re.compile(r"[^\n]*\S[^\n]*")
_DASHED: Final = re.compile(r"\s*[-\u2013]\s*[^\W\d]")
_GOES_ON: Final = re.compile(
    r"(?:[,(/:-]|\b(?:a|an|the|and|or|nor|no|not|without|with|of|in|at|on|to|from|for|by|as|than|is|are|was|were|be|been|"
    r"has|have|which|that|this|these|its|left|right|both|upper|lower|middle|small|mild|moderate|large|"
    r"measuring|approximately|up to|about|dr|vs))\s*$"
)
"""Ends of lines that cannot end an item."""
_GONE_ON: Final = re.compile(r"\s*(?:[,;.)/]|(?:and|or|nor|but|with|which|that|of|than|is|are|was|were)\b)")
"""Beginnings of lines that cannot begin one."""
_NARROWEST: Final = 60
"""Characters of the narrowest column that reports are wrapped to; hospital systems wrap at 70 to 80."""
_HEADING: Final = 12
"""Characters that a heading, cut off with its section, may have taken from the first line."""
_SLACK: Final = 10
"""Characters by which a wrapped line may be shorter than it was, since names in it became masks."""
_RUNNING: Final = re.compile(r"[a-z)]\.\s+\S")
"""A full stop within a line: it holds running text."""


def items(text: str) -> list[int]:
    """Where lines begin that are items: the word that begins them had room on the line before, in lower-case text.

    In wrapped text a line ends where the next word had no room; so the width is that of the longest line, or of the
    narrowest column where all lines are short, unless every line of four or more was full. Lines with a full stop
    within are running text. Lines that open with a dash, two or more of them, are items whatever their width.
    """
    found = [line.span() for line in _LINE.finditer(text)]
    if len(found) < 2:
        return []
    dashed = [begin for begin, _ in found if _DASHED.match(text, begin)]
    longest = max(len(text[begin:end].strip()) for begin, end in found)
    room = [_room(text, *pair, first=number == 0) for number, pair in enumerate(pairwise(found))]
    full = all(width > longest for width in room[1:]) and len(room) > 2
    width = 0 if full else max(longest - _SLACK, _NARROWEST)
    own = [line[0] for taken, (before, line) in zip(room, pairwise(found), strict=True)
           if taken <= width and not _one(text, before, line)]  # fmt: skip
    return sorted({*own, *(dashed if len(dashed) > 1 else [])})


def _room(text: str, before: tuple[int, int], line: tuple[int, int], *, first: bool) -> int:
    """How wide the line before would be with the first word of this one on it."""
    word = text[line[0] : line[1]].split(maxsplit=1)[0]
    return len(text[before[0] : before[1]].strip()) + 1 + len(word) + (_HEADING if first else 0)


def _one(text: str, before: tuple[int, int], line: tuple[int, int]) -> bool:
    """Whether the words themselves say that the text goes on from one line to the next."""
    above, below = text[before[0] : before[1]], text[line[0] : line[1]]
    running = _RUNNING.search(above) or _RUNNING.search(below)
    return bool(running or _GOES_ON.search(above) or _GONE_ON.match(below))
