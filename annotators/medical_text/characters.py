"""What kind of character each code point is, as far as the borders of words go."""

import sys
from functools import cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

OTHER: Final = 0
LETTER: Final = 1
"""A letter, a digit, or a mark that combines with one."""
IDEOGRAPH: Final = 2
"""Of a script that puts no spaces between words: Han, Hiragana, Katakana."""
SPACE: Final = 3

_SPACES: Final = (
    *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F,
    0x205F, 0x3000,
)  # fmt: skip
"""Where Python's `str.split()` cuts."""
_WORDS: Final = r"\p{L}\p{M}\p{N}"
_IDEOGRAPHS: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\x{30FC}\x{FF70}\x{FF9E}\x{FF9F}"
_VARIATION_SELECTORS: Final = slice(0xFE00, 0xFE10)  # marks, but of pictures


@cache
def kinds() -> NDArray[np.uint8]:
    """One of the four kinds per code point; by the Unicode tables of polars, so that Python's version is no matter."""
    found = np.full(sys.maxunicode + 1, OTHER, np.uint8)
    found[_of(_WORDS)] = LETTER
    found[_VARIATION_SELECTORS] = OTHER
    found[_of(_IDEOGRAPHS)] = IDEOGRAPH
    found[list(_SPACES)] = SPACE
    found.setflags(write=False)
    return found


def _of(classes: str) -> NDArray[np.uint32]:
    """All code points of these classes of a regular expression."""
    every = np.setdiff1d(np.arange(sys.maxunicode + 1), np.arange(0xD800, 0xE000), assume_unique=True)
    text = pl.Series([every.astype("<u4").tobytes().decode("utf-32-le")])
    return np.frombuffer(text.str.replace_all(f"[^{classes}]+", "").item().encode("utf-32-le"), "<u4")
