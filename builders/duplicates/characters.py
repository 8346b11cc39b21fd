"""What every character counts as when texts are compared: a letter of a word, a word by itself, or nothing."""

import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

ALONE: Final = 1 << 31
"""Set for characters of scripts that put no blanks between words: each counts as a word."""

KNOWN: Final = 0x20000
"""Characters from here on are Chinese, or nothing that is compared (`builders.duplicates.words`)."""

_ALONE: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Japanese
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Chinese
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # Japanese, of half width
)
_OF_WORDS: Final = ("Nd", "Nl", "Pc")
"""Beside letters and marks: what `\\w` of Unicode holds (UTS 18, annex C)."""


@cache
def folded() -> NDArray[np.uint32]:
    """Per code point its lower case, with `ALONE` where it is a word by itself; 0 for all that parts words."""
    found = np.array([_folded(chr(code)) for code in range(KNOWN)], np.uint32)
    for first, last in _ALONE:
        part = found[first : last + 1]
        part[part > 0] |= ALONE
    return found


def _folded(character: str) -> int:
    kind = unicodedata.category(character)
    if kind[0] not in "LM" and kind not in _OF_WORDS:
        return 0
    lower = character.lower()
    return ord(lower) if len(lower) == 1 else ord(character)
