"""Documents as windows of about the length that the classifier has learned from.

The score of a document is the mean over its windows: how much of it is medical. So a long page with one paragraph on
health is not, and one sentence on a hospital does not count more in a short text than in a long one.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from annotators.text_bytes import Texts

WINDOW: Final = 600
"""Bytes of a window, about: 600 letters of English, 330 of Russian, 200 of Chinese."""
_SEARCH: Final = 40
"""Bytes behind a cut within which a space is looked for."""


def windows(texts: Texts) -> tuple[Texts, NDArray[np.int64]]:
    """The windows, and of which text each is; every text has at least one, all of a text are about equally long."""
    start, text = _cut(texts.data, texts.start)
    return Texts(texts.data, start), text


def parts(texts: Texts, size: int) -> Iterator[Texts]:
    """The same texts, so many at a time: what is made of a part fits into memory, however long a document is."""
    for first in range(0, len(texts.start) - 1, size):
        yield Texts(texts.data, texts.start[first : first + size + 1])


@compiled
def _cut(data, start):
    size = 0
    for t in range(start.size - 1):
        size += _number(start[t + 1] - start[t])
    cuts, text = np.empty(size + 1, np.int64), np.empty(size, np.int64)
    w = 0
    cuts[0] = start[0]
    for t in range(start.size - 1):
        begin, end = start[t], start[t + 1]
        n = _number(end - begin)
        for i in range(n):
            text[w] = t
            w += 1
            cuts[w] = end if i == n - 1 else _border(data, begin + (end - begin) * (i + 1) // n, end)
    return cuts, text


@compiled
def _number(size):
    return max(1, (size + WINDOW // 2) // WINDOW)


@compiled
def _border(data, cut, end):
    """The next space, or else where the next character begins."""
    for i in range(cut, min(cut + _SEARCH, end)):
        if data[i] == 0x20:
            return i
    while cut < end and data[cut] & 0xC0 == 0x80:
        cut += 1
    return cut
