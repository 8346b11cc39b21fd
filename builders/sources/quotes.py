"""Where the records of CSV end, and which of them no reader can be sure of: RFC 4180, and quotes in unquoted cells.

A quote opens a cell only at its start, and closes it only at its end; doubled within a quoted cell it stands for one.
Anywhere else in an unquoted cell it is a letter (`Tip 5" from carina`).
"""

from typing import NamedTuple

import numpy as np

LINE_FEED, RETURN, QUOTE = b'\n\r"'
LONGEST = 16 * 2**20
"""Bytes after which a quote that is still open is taken for a letter."""


_MARK = b"\xef\xbb\xbf"


class Records(NamedTuple):
    """`ends`: where records end, behind their line feed.

    `doubtful`: places of quotes in records that cannot be trusted: an open quote, or a stray one in a quoted cell.
    """

    ends: np.ndarray
    doubtful: list[int]


def is_plain(block: bytes, separator: str) -> bool:
    """Whether no quote of these whole records is a letter, so that any reader understands them."""
    quotes = _Quotes(block, separator)
    return quotes.count % 2 == 0 and quotes.fit()


def records(block: bytes, separator: str, *, whole: bool) -> Records:
    """The records of a block that starts with one. `whole`: nothing follows, so a quote that is open stays open."""
    quotes = _Quotes(block, separator)
    ends = np.flatnonzero(quotes.letters == LINE_FEED)
    may_close = not whole and quotes.count and len(block) - int(quotes.places[-1]) <= LONGEST
    if (quotes.count % 2 == 0 or may_close) and quotes.fit():
        return Records(ends[np.searchsorted(quotes.places, ends) % 2 == 0] + 1, [])
    horizon = len(block) if whole else len(block) - LONGEST
    spans, doubtful = _walk(quotes.places.tolist(), quotes.first.tolist(), quotes.last.tolist(), horizon)
    return Records(_outside(ends, spans) + 1, doubtful)


class _Quotes:
    """The quotes of a block: their places, whether a cell may start with one, and whether one may end with it."""

    def __init__(self, block: bytes, separator: str) -> None:
        self.letters = letters = np.frombuffer(block, np.uint8)
        self.places = places = np.flatnonzero(letters == QUOTE)
        self.count = len(places)
        before, behind = letters[np.maximum(places - 1, 0)], letters[np.minimum(places + 1, len(letters) - 1)]
        parts, begin = ord(separator), len(_MARK) if block.startswith(_MARK) else 0
        self.first = (places == begin) | (before == parts) | (before == LINE_FEED)
        self.last = (places == len(letters) - 1) | (behind == parts) | (behind == LINE_FEED) | (behind == RETURN)

    def fit(self) -> bool:
        """Whether they open and close in turn, each at an edge of a cell or beside its twin."""
        opening = np.arange(self.count) % 2 == 0
        twins = np.diff(self.places) == 1
        fits = np.where(opening, self.first, self.last)
        fits[1:] |= twins & opening[1:]
        fits[:-1] |= twins & ~opening[:-1]
        return bool(fits.all())


def _walk(
    quotes: list[int], first: list[bool], last: list[bool], horizon: int
) -> tuple[list[tuple[int, int]], list[int]]:
    """(start, end) of every quoted cell, and the quotes that cast doubt on their record.

    What is open at the end is open for good where it opened before `horizon`.
    """
    spans: list[tuple[int, int]] = []
    doubtful: list[int] = []
    at = 0
    while at < len(quotes):
        if not first[at]:
            at += 1
            continue
        close, stray = _close(quotes, first, last, at)
        if close == len(quotes) and quotes[at] >= horizon:
            spans.append((quotes[at], np.iinfo(np.int64).max))
            break
        closed = close is not None and close < len(quotes)
        if not closed or stray:
            doubtful.append(quotes[at])
        if close is not None and closed:
            spans.append((quotes[at], quotes[close]))
        at = close + 1 if close is not None and closed else at + 1
    return spans, doubtful


def _close(quotes: list[int], first: list[bool], last: list[bool], opened: int) -> tuple[int | None, bool]:
    """The quote that closes a cell, and whether a stray one lies between.

    None where another cell opens before, the number of quotes where none closes it.
    """
    at, stray = opened + 1, False
    while at < len(quotes):
        if at + 1 < len(quotes) and quotes[at + 1] == quotes[at] + 1:
            at += 2
        elif last[at]:
            return at, stray
        elif first[at]:
            return None, stray
        else:
            at, stray = at + 1, True
    return at, stray


def _outside(ends: np.ndarray, spans: list[tuple[int, int]]) -> np.ndarray:
    """The ends that lie in no quoted cell."""
    if not spans:
        return ends
    starts, closes = np.array(spans, np.int64).T
    span = np.searchsorted(starts, ends) - 1
    return ends[(span < 0) | (closes[np.maximum(span, 0)] < ends)]
