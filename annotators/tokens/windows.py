"""Texts longer than a model reads at once: windows that overlap, each token labelled by the one it is amid."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple


class Window(NamedTuple):
    """Tokens `first` to `last` (behind) of a text, of which `begin` to `end` (behind) are labelled by this window."""

    text: int
    first: int
    last: int
    begin: int
    end: int


def windows(text: int, tokens: int, most: int) -> Iterator[Window]:
    """Windows of at most `most` tokens, each half over the next; every token is labelled by one, far from its edges.

    What a token is labelled from depends on its text alone, not on what else is read.
    """
    if tokens <= most:
        yield from [Window(text, 0, tokens, 0, tokens)] * (tokens > 0)
        return
    step = most - most // 2
    firsts = [*range(0, tokens - most, step), tokens - most]
    borders = [0, *((later + first + most) // 2 for first, later in pairwise(firsts)), tokens]
    for first, (begin, end) in zip(firsts, pairwise(borders), strict=True):
        yield Window(text, first, first + most, begin, end)
