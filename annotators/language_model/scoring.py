"""The most probable label of many texts, compiled: what fastText's `predict` says of each.

A text is the mean of the vectors of its words, of the pieces of two to four characters of each, and of the end of the
line. Down the tree of labels, each node says how probable its right side is. Texts differ from fastText only in that
line breaks are spaces, and that `</s>` and `__label__...` are words like others.
"""

from typing import Final

import numpy as np

from annotators.compiled import compiled
from annotators.language_model.hashing import BASIS, PLACES, mixed
from annotators.language_model.reading import BUCKETS

STRETCH: Final = 200
"""Bytes that are read at the head, in the middle and at the end of a text of more than three times as many."""
_DIM: Final = 16
_MOST: Final = 6 * (3 * STRETCH + 16)
"""Rows that a text can have: a word and four pieces or fewer for each byte that is read, and some at the borders."""
_OPEN: Final = np.uint8(ord("<"))
_CLOSE: Final = np.uint8(ord(">"))


@compiled
def label(model, data, start):
    """Per text (`data[start[t] : start[t + 1]]`, UTF-8) its label's number, and the logarithm of how probable it is."""
    n_texts = start.size - 1
    best, score = np.empty(n_texts, np.int32), np.empty(n_texts, np.float32)
    total, found = np.empty(_DIM, np.float32), np.empty(_MOST, np.int32)
    for text in range(n_texts):
        n, size = 0, start[text + 1] - start[text]
        if size <= 3 * STRETCH:
            n = _find(model, data[start[text] : start[text + 1]], found, n)
        else:
            for part in range(3):
                begin = start[text] + part * (size - STRETCH) // 2
                end = begin + STRETCH
                while data[begin] & 0xC0 == 0x80:
                    begin += 1
                while end < start[text + 1] and data[end] & 0xC0 == 0x80:
                    end += 1
                n = _find(model, data[begin:end], found, n)
        total[:] = 0
        for row in found[:n]:
            for k in range(_DIM):
                total[k] += model.rows[row, k]
        for k in range(_DIM):
            total[k] = (total[k] + model.rows[0, k]) * np.float32(1 / (n + 1))
        best[text], score[text] = _leaf(model.outputs, model.children, total)
    return best, score


@compiled
def _find(model, data, found, n):
    """The rows of all words and pieces of some bytes, behind the n that were found before; how many there are then.

    They are looked up first and added later: so the lookups, which miss the cache, do not wait for each other.
    """
    letters, word_start, word_of = model.letters, model.word_start, model.word_of
    piece_of, kept = model.piece_of, model.kept
    i = 0
    while i < data.size:
        if _is_space(data[i]):
            i += 1
            continue
        begin, state = i, BASIS
        while i < data.size and not _is_space(data[i]):
            state = mixed(state, data[i])
            i += 1
        place = state % PLACES
        while word_of[place] >= 0:
            known = word_of[place]
            first, size = word_start[known], word_start[known + 1] - word_start[known]
            same = size == i - begin
            k = 0
            while same and k < size:
                same = data[begin + k] == letters[first + k]
                k += 1
            if same:
                found[n] = known
                n += 1
                break
            place = (place + 1) % PLACES
        for at in range(begin - 1, i):  # the mark of the begin stands before it, that of the end at i
            if at >= begin and data[at] & 0xC0 == 0x80:
                continue
            piece, behind = BASIS, at
            for characters in range(1, 5):
                if behind > i:
                    break
                piece = mixed(piece, _OPEN if behind < begin else _CLOSE if behind == i else data[behind])
                behind += 1
                while begin < behind < i and data[behind] & 0xC0 == 0x80:
                    piece = mixed(piece, data[behind])
                    behind += 1
                if characters > 1:
                    bucket = piece % BUCKETS
                    if kept[bucket >> 3] >> (bucket & 7) & 1:
                        found[n] = piece_of[bucket]
                        n += 1
    return n


@compiled
def _is_space(byte):
    return byte == 32 or 9 <= byte <= 13 or byte == 0


@compiled
def _leaf(outputs, children, mean):
    """The most probable leaf: the more probable side of each node is looked at first, and none that cannot win."""
    n_leaves = children.shape[0] + 1
    waiting, so_far = np.empty(2 * n_leaves, np.int32), np.empty(2 * n_leaves, np.float32)
    waiting[0], so_far[0], n = 2 * n_leaves - 2, 0, 1
    best, best_score = -1, np.float32(-np.inf)
    while n > 0:
        n -= 1
        node, score = waiting[n], so_far[n]
        if score <= best_score:
            continue
        if node < n_leaves:
            best, best_score = node, score
            continue
        dot = np.float32(0)
        for k in range(_DIM):
            dot += outputs[node - n_leaves, k] * mean[k]
        right = np.float32(1 / (1 + np.exp(-dot)))
        of_right = np.float32(score + np.float32(np.log(right + 1e-5)))
        of_left = np.float32(score + np.float32(np.log(np.float32(1 - right) + 1e-5)))
        later, sooner = (0, 1) if of_right > of_left else (1, 0)
        for side in (later, sooner):
            waiting[n], so_far[n] = children[node - n_leaves, side], of_right if side == 1 else of_left
            n += 1
    return best, best_score
