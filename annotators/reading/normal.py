"""One spelling for what means the same (blanks, masks, commas without a blank), and the way back to the original."""

import re
from typing import Final

_ODD: Final = re.compile(
    r"(?<=[a-z0-9])-[ \t]*\r?\n\s*(?=[a-z0-9])|\s\s+|[\t\r\n\f\v\u00a0]|[,;:?)\]](?=[a-z])|_{2,}|\bxxx+\b|[^\x00-\x7f]"
)
_SPACES: Final = str.maketrans(dict.fromkeys("()-/[]\"'*+=<>~_&#@|{}^`\\", " "))
_LOOKALIKES: Final = {
    "–": "-",
    "—": "-",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "×": "x",
    "\u2010": "-",
    "\u2011": "-",
}
MASK: Final = "xxxx"


def plain(text: str) -> tuple[str, list[int] | None]:
    """The sentence in lower case with single blanks and one kind of mask, and where its characters came from.

    The second value is None where characters correspond one to one; otherwise entry i is the offset in `text` of
    character i, with one more entry for the end.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    if _ODD.search(lowered) is None:
        return lowered, None
    pieces: list[str] = []
    origin: list[int] = []
    last = 0
    for odd in _ODD.finditer(lowered):
        start, end = odd.span()
        pieces.append(lowered[last:start])
        origin.extend(range(last, start))
        new = _replacement(odd.group())
        pieces.append(new)
        origin.extend(min(start + i, end - 1) for i in range(len(new)))
        last = end
    pieces.append(lowered[last:])
    origin.extend(range(last, len(lowered) + 1))
    return "".join(pieces), origin


def _replacement(odd: str) -> str:
    if odd.isspace():
        return " "
    if odd[0] in ",;:?)]":
        return odd + " "
    if odd[0] == "-":
        return "-"
    if odd[0] == "_" or odd.startswith("xxx"):
        return MASK
    return _LOOKALIKES.get(odd, odd)


def haystack(text: str) -> str:
    """The plain sentence as the matcher sees it: hyphens, slashes and brackets are blanks, so that spellings meet."""
    return text.translate(_SPACES)
