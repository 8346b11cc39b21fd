"""Words and pairs of neighbouring words of a text, as places of a table; characters where words have no spaces."""

from typing import Final

import numpy as np

from annotators.compiled import compiled
from annotators.text_bytes import Texts

PLACES: Final = 1 << 14
"""Different words share a place now and then (feature hashing, Weinberger et al. 2009, arXiv 0902.2206)."""
FIRST: Final = np.uint32(2166136261)
FACTOR: Final = np.uint32(16777619)
"""Of FNV-1a in 32 bits, the hash of a word."""


def grams(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    """Where the places of each text begin, and its places, each once; the texts are in lower case.

    A word is a run of letters, and of Chinese and Japanese one character. Digits and punctuation end it; a pair has
    nothing but one space between its words, or nothing at all.
    """
    return _grams(*texts)


def weighed(texts: Texts, weights: np.ndarray) -> np.ndarray:
    """The sum of the weights of the places of each text, over the square root of how many there are."""
    return _weighed(*texts, weights)


@compiled
def _grams(data, start):
    seen, some = np.full(PLACES, -1, np.int32), np.empty(PLACES, np.int32)
    found, begin = np.empty(2 * (start[-1] - start[0]) + 2, np.int32), np.zeros(start.size, np.int64)
    for t in range(start.size - 1):
        n = _places(data, start[t], start[t + 1], t, seen, some)
        found[begin[t] : begin[t] + n] = some[:n]
        begin[t + 1] = begin[t] + n
    return begin, found[: begin[-1]].copy()


@compiled
def _weighed(data, start, weights):
    seen, some = np.full(PLACES, -1, np.int32), np.empty(PLACES, np.int32)
    sums = np.zeros(start.size - 1)
    for t in range(start.size - 1):
        n = _places(data, start[t], start[t + 1], t, seen, some)
        for k in range(n):
            sums[t] += weights[some[k]]
        sums[t] /= np.sqrt(max(n, 1))
    return sums


@compiled
def _places(data, begin, end, t, seen, some):
    """The places of text t, which lies from `begin` to `end`, into `some`; how many there are."""
    n, gap = 0, 0
    word = before = np.uint32(0)
    i = begin
    while i <= end:
        while i < end and 0x61 <= data[i] <= 0x7A:
            word = ((FIRST if word == 0 else word) ^ np.uint32(data[i])) * FACTOR
            i += 1
        size, kind = _kind(data, i, end)
        if word != 0 and kind != 1:
            n = _add(some, seen, n, t, word)
            if before != 0:
                n = _add(some, seen, n, t, before * np.uint32(0x9E3779B1) ^ word)
            before, word, gap = word, np.uint32(0), 0
        if kind == 0:
            gap += 1
            if gap > 1 or (i < end and data[i] != 0x20):
                before = np.uint32(0)
        else:
            word = _hashed(data, i, size, FIRST if word == 0 else word)
            if kind == 2:
                n = _add(some, seen, n, t, word)
                if before != 0:
                    n = _add(some, seen, n, t, before * np.uint32(0x9E3779B1) ^ word)
                before, word, gap = word, np.uint32(0), 0
        i += size
    return n


@compiled
def _kind(data, i, end):
    """Bytes of the character that begins here, and whether it is none of a word (0), one of many (1), or one (2)."""
    if i >= end:
        return 1, 0
    lead = data[i]
    if lead < 0x80:
        return 1, 1 if 0x61 <= lead <= 0x7A else 0
    if lead < 0xE0:
        return 2, 0 if lead == 0xC2 else 1
    if lead >= 0xF0:
        return 4, 0
    if lead < 0xE3:
        return 3, 0 if lead == 0xE2 else 1
    punctuation = (lead == 0xE3 and i + 1 < end and data[i + 1] == 0x80) or lead >= 0xEE
    return 3, 0 if punctuation else 2


@compiled
def _hashed(data, i, size, value):
    """FNV-1a (32 bit) over the bytes of a character."""
    for k in range(i, min(i + size, data.size)):
        value = (value ^ np.uint32(data[k])) * FACTOR
    return value


@compiled
def _add(found, seen, n, t, value):
    place = np.int32((value ^ (value >> np.uint32(15))) & np.uint32(PLACES - 1))
    if seen[place] == t:
        return n
    seen[place] = t
    found[n] = place
    return n + 1
