"""Where a quotation stands in a sentence: at its words exactly, else where both read the same in levelled spelling.

A quotation is taken at whole words only: `mass` does not stand in `massive`. Scripts that put no blanks between words
(Chinese, Japanese) have no such borders, and a quotation may begin and end at any of their letters.
"""

import re
import unicodedata
from typing import Final, Literal, NamedTuple

_ALIKE: Final = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
)  # fmt: skip
_AROUND: Final = " \t\r\n.,;:\"'"
"""What a quotation may have too much of at its ends."""
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class Located(NamedTuple):
    """Start and end within the sentence in characters, and how they were found."""

    start: int
    end: int
    how: Literal["exact", "levelled"]


def locate(quote: str, sentence: str, occurrence: int = 1) -> Located | None:
    """The `occurrence`-th place (from one) of a quotation; None where it does not stand so often, or is empty.

    Levelled are letter case, runs of blanks, compatibility forms (NFKD), kinds of dash and quotation mark, and what
    punctuation the quotation begins or ends with.
    """
    if not quote.strip(_AROUND) or occurrence < 1:
        return None
    at = _place(quote, sentence, occurrence)
    if at is not None:
        return Located(at, at + len(quote), "exact")
    plain, origin = _levelled(sentence)
    words = _levelled(quote)[0].strip(_AROUND)
    at = _place(words, plain, occurrence) if words else None
    return None if at is None else Located(origin[at], origin[at + len(words) - 1] + 1, "levelled")


def _place(words: str, text: str, occurrence: int) -> int | None:
    at = -1
    while occurrence:
        at = text.find(words, at + 1)
        if at < 0:
            return None
        occurrence -= _whole(text, at, at + len(words))
    return at


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no word is cut at either end."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, at: int) -> bool:
    """Whether the letters on both sides of a place belong to one word."""
    between = text[max(at - 1, 0) : at + 1] if 0 < at < len(text) else ""
    return len(between) == 2 and between.isalnum() and not _UNSPACED.search(between)


def _levelled(text: str) -> tuple[str, list[int]]:
    """The text with its spelling levelled, and which character of it each of these came from."""
    made: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        level = unicodedata.normalize("NFKD", character).casefold().translate(_ALIKE)
        for one in level:
            blank = one.isspace()
            if blank and made and made[-1] == " ":
                continue
            made.append(" " if blank else one)
            origin.append(place)
    return "".join(made), origin
