"""The loop over the bytes of texts that hashes their tokens."""

import numpy as np

from annotators.compiled import compiled

_OFFSET = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_BLANK = np.uint8(32)


@compiled
def _letters(first: int, second: int) -> int:
    """Bytes of a Chinese or Japanese letter that begins so (kana and ideographs, U+3040 on); 0 for any other."""
    if first == 0xE3 and second >= 0x81:  # U+3040: kana, compatibility, extension A
        return 3
    if 0xE4 <= first <= 0xE9:  # U+4000 to U+9FFF
        return 3
    if first == 0xEF and 0xA4 <= second <= 0xAB:  # U+F900: compatibility ideographs
        return 3
    return 4 if first == 0xF0 and second >= 0xA0 and second <= 0xB3 else 0  # U+20000 on


@compiled
def hash_tokens(data, starts):
    """Hashes, offsets and counts of lone letters, as in `annotators.token_hashing.tokens.Tokens`.

    `data`: uint8, the bytes of all texts, tokens parted by blanks; `starts`: int64, one more than texts.
    """
    texts = len(starts) - 1
    hashes = np.empty((starts[texts] - starts[0]) // 2 + texts + 1, np.uint64)
    offsets = np.zeros(texts + 1, np.int64)
    lone = np.zeros(texts, np.int64)
    found = 0
    for text in range(texts):
        at, end = starts[text], starts[text + 1]
        value, inside = _OFFSET, False
        while at < end:
            byte = data[at]
            size = _letters(byte, data[at + 1]) if byte >= 0xE3 and at + 1 < end else 0
            if (byte == _BLANK or size > 0) and inside:
                hashes[found] = value
                found += 1
                value, inside = _OFFSET, False
            if size > 0:
                for k in range(size):
                    value = (value ^ np.uint64(data[at + k])) * _PRIME
                hashes[found] = value
                found += 1
                lone[text] += 1
                value = _OFFSET
                at += size
                continue
            if byte != _BLANK:
                value = (value ^ np.uint64(byte)) * _PRIME
                inside = True
            at += 1
        if inside:
            hashes[found] = value
            found += 1
        offsets[text + 1] = found
    return hashes[:found].copy(), offsets, lone


@compiled
def hash_runs(tokens, size):
    """A hash of every run of `size` tokens (uint64), len(tokens) - size + 1 of them; none where there are fewer."""
    runs = max(len(tokens) - size + 1, 0)
    out = np.empty(runs, np.uint64)
    base = np.uint64(0x9E3779B97F4A7C15)
    top = np.uint64(1)
    for _ in range(size - 1):
        top *= base
    value = np.uint64(0)
    for at in range(len(tokens)):
        if at >= size:
            value -= tokens[at - size] * top
        value = value * base + tokens[at]
        if at >= size - 1:
            mixed = value ^ (value >> np.uint64(31))
            mixed *= np.uint64(0xBF58476D1CE4E5B9)
            out[at - size + 1] = mixed ^ (mixed >> np.uint64(29))
    return out
