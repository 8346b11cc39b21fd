"""Words by their hash (FNV-1a, 32 bits, as fastText has it: bytes are signed), compiled."""

from typing import Final

import numpy as np

from annotators.compiled import compiled

BASIS: Final = np.uint32(2166136261)
PRIME: Final = np.uint32(16777619)
PLACES: Final = 1 << 15
"""Of the table of words, of which most stay free."""


@compiled
def mixed(state, byte):
    """The hash of one more byte."""
    signed = np.uint32(byte) | np.uint32(0xFFFFFF00) if byte >= 0x80 else np.uint32(byte)
    return np.uint32((state ^ signed) * PRIME)


@compiled
def hashed(letters, start):
    """The hash of each word."""
    hashes = np.empty(start.size - 1, np.uint32)
    for word in range(start.size - 1):
        state = BASIS
        for i in range(start[word], start[word + 1]):
            state = mixed(state, letters[i])
        hashes[word] = state
    return hashes


@compiled
def placed(hashes):
    """Open addressing: each word stands at its hash, modulo the size, or at the next free place; -1 is free."""
    places = np.full(PLACES, -1, np.int32)
    for word in range(hashes.size):
        place = hashes[word] % PLACES
        while places[place] >= 0:
            place = (place + 1) % PLACES
        places[place] = word
    return places
