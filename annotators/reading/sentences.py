"""Where sentences end in dictated and translated reports, decided without looking at letter case.

Line breaks count only where they are no wrapping (`lines`).
"""

import re
from typing import Final

from annotators.reading import lines

_QUOTATION: Final = re.compile(r'(?<=[a-z] )"([a-z][^".]{1,38}[a-z])"(?= [a-z])')
"""A short quoted phrase within a sentence; every other straight quote sets off an item."""
_LISTED: Final = re.compile(r"(?<!\S)(?:\(?(?P<mark>\d{1,2}|[a-h])\)|(?P<star>\*)|(?P<dash>[-\u2013]))(?=\s*[^\s\d])")
"""What may set off an item: `1)`, `(b)`, `*`, `-`."""
_MARK: Final = re.compile(r'[.!?"•▪●·]|\n[ \t\r]*\n')
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:dr|mr|mrs|vs|approx|fig|st|e\.g|i\.e|cf|resp|no|[a-z]\.[a-z])|(?<!\S)[b-hj-z])$"
)
_NUMBER: Final = re.compile(r"(\S?)(?<!\d)(\d{1,2})$")
_COUNTED: Final = re.compile(
    r"\s+(?:mm|cm|ribs?\b|cost|vertebra|segment|finger|metatars|intercostal|week|month|day|and\b|th\b)"
)
_WORD: Final = re.compile(r"[a-z]{2}|__")
_JOINED: Final = re.compile(r"[a-z)_]{3}$")
_ASIDE: Final = re.compile(r"\s*(?:[,)?]|(?:or|and|versus|vs|in|at|on|within)\b)|[^()]*\)")


def split(text: str) -> list[tuple[int, int]]:
    """Bounds of the sentences of a passage, in order, without surrounding blanks, bullets and quotes.

    A full stop inside a date, a decimal or an ordinal ends nothing, nor does a mask; a straight quote, a bullet, a
    number that opens an item, the mark of a list (`1)`, `*`, a dash), an empty line, and the end of a line that holds
    an item of its own do.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    if '"' in lowered:
        lowered = _QUOTATION.sub(lambda m: f"'{m[1]}'", lowered)
    bounds: list[tuple[int, int]] = []
    begin = 0
    for item in [*_items(lowered), len(lowered)]:
        for mark in _MARK.finditer(lowered, begin, item):
            stop = _stop(lowered, mark.start(), mark.end(), begin)
            if begin < stop <= item:
                _add(bounds, lowered, begin, stop)
                begin = stop
        _add(bounds, lowered, begin, item)
        begin = item
    return bounds


def _items(text: str) -> list[int]:
    """Where listed items begin: marks that count from one or from `a`, stars, and dashes where one opens the text.

    A line that only wraps opens none, so that a text reads the same however its lines are wrapped.
    """
    own = lines.items(text) if "\n" in text else []
    return sorted({*own, *_marked(text)})


def _marked(text: str) -> list[int]:
    dashed = text.lstrip()[:1] in ("-", "\u2013")
    if not (dashed or "*" in text or "1)" in text or "a)" in text):
        return []
    starts: list[int] = []
    counted: list[int] = []
    for mark in _LISTED.finditer(text):
        if mark["mark"]:
            number = ord(mark["mark"]) - 96 if mark["mark"].isalpha() else int(mark["mark"])
            if number == len(counted) + 1:
                counted.append(mark.start())
        elif mark["star"] or dashed:
            starts.append(mark.start())
    return sorted(starts + (counted if len(counted) > 1 else []))


def _stop(text: str, start: int, end: int, begin: int) -> int:
    """Where the sentence ends that has this mark, or -1 if it goes on."""
    mark = text[start]
    if mark == ".":
        return _full_stop(text, start, end, begin)
    if mark == "?":
        goes_on = start == begin or text[start - 1].isspace() or _ASIDE.match(text, end)
        return -1 if goes_on else end
    if mark == "!":
        return end if end == len(text) or text[end].isspace() else -1
    return end


def _full_stop(text: str, start: int, end: int, begin: int) -> int:
    behind = text[end] if end < len(text) else " "
    before = text[max(begin, start - 6) : start]
    if not (behind.isspace() or behind in '".)'):
        return end if _JOINED.search(before) and _WORD.match(text, end) else -1
    if before.isalpha() and before != "approx":
        return end
    number = _NUMBER.search(before)
    if number is None:
        return -1 if _ABBREVIATION.search(before) else end
    if _COUNTED.match(text, end):
        return -1
    if number[1].strip() or end >= len(text.rstrip()):
        return end
    return start - len(number[2])


_BLANK: Final = ' \t\r\n\f\v"•▪●·'


def _add(bounds: list[tuple[int, int]], text: str, begin: int, stop: int) -> None:
    while begin < stop and text[begin] in _BLANK:
        begin += 1
    while stop > begin and text[stop - 1] in _BLANK:
        stop -= 1
    if begin < stop:
        bounds.append((begin, stop))
