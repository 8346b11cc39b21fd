"""An Aho-Corasick automaton over bytes as one dense table (Aho and Corasick 1975, doi:10.1145/360825.360855)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Automaton(NamedTuple):
    """States are rows of `table`; a state's number is where its row begins there, and the start state is 0.

    Behind a byte comes the state `table[state + column[byte]]`. States from `first_end` on end at least one
    pattern: those of row r are `ended[end_start[r] : end_start[r + 1]]`.
    """

    table: NDArray[np.uint32]
    column: NDArray[np.uint8]
    width: int
    first_end: int
    longest: int
    """Bytes of the longest pattern: no state remembers more."""
    ended: NDArray[np.int32]
    end_start: NDArray[np.int64]


class _Trie(NamedTuple):
    """Per state, in the order they were made: the state behind each byte, and the patterns that end there."""

    children: list[dict[int, int]]
    ends: list[list[int]]


def automaton(patterns: Sequence[bytes]) -> Automaton:
    """The automaton that finds all of these, by their place in the sequence; none may be empty."""
    trie = _trie(patterns)
    used = sorted({byte for pattern in patterns for byte in pattern})
    column = np.zeros(256, np.uint8)
    column[used] = np.arange(len(used)) + (len(used) < 256)  # column 0 is for all bytes that no pattern has
    order, rows = _rows(trie, column, len(used) + (len(used) < 256))
    return _numbered(trie, order, rows, column, max(map(len, patterns), default=0))


def _trie(patterns: Sequence[bytes]) -> _Trie:
    trie = _Trie([{}], [[]])
    for number, pattern in enumerate(patterns):
        state = 0
        for byte in pattern:
            after = trie.children[state].get(byte)
            if after is None:
                after = trie.children[state][byte] = len(trie.children)
                trie.children.append({})
                trie.ends.append([])
            state = after
        trie.ends[state].append(number)
    return trie


def _rows(trie: _Trie, column: NDArray[np.uint8], width: int) -> tuple[list[int], NDArray[np.uint32]]:
    """All states by depth, and what follows each; adds to the ends of each state those of its longest suffix."""
    rows = np.zeros((len(trie.children), width), np.uint32)
    suffix = [0] * len(trie.children)
    order = [0]
    for state in order:
        back = suffix[state]
        if state:
            rows[state] = rows[back]
            trie.ends[state].extend(trie.ends[back])
        for byte, after in trie.children[state].items():
            suffix[after] = int(rows[back, column[byte]]) if state else 0
            rows[state, column[byte]] = after
            order.append(after)
    return order, rows


def _numbered(
    trie: _Trie, order: list[int], rows: NDArray[np.uint32], column: NDArray[np.uint8], longest: int
) -> Automaton:
    """States near the start lie together, for the cache; those that end a pattern come last, to be told by number."""
    inside = [state for state in order if not trie.ends[state]]
    order = inside + [state for state in order if trie.ends[state]]
    width = rows.shape[1]
    place = np.empty(len(order), np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32) * np.uint32(width)
    ends = [trie.ends[state] for state in order]
    return Automaton(
        table=place[rows[order]].ravel(),
        column=column,
        width=width,
        first_end=len(inside) * width,
        longest=longest,
        ended=np.array([number for numbers in ends for number in numbers], np.int32),
        end_start=np.cumsum([0, *map(len, ends)], dtype=np.int64),
    )
