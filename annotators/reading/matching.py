"""Longest words of the lexicon in many sentences at once."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import ahocorasick_rs

from annotators.reading.lexicon import Cue, Term, lexicon

Hit = tuple[int, int, Term | Cue]
"""Start, end (within the plain sentence) and what the words are."""
_GLUE: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@cache
def _automaton() -> ahocorasick_rs.AhoCorasick:
    patterns = [_padded(p) for p in lexicon().patterns]
    return ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False)


def _padded(pattern: str) -> str:
    return " " + pattern if pattern[0] in _GLUE else pattern


def hits(sentences: Sequence[str]) -> list[list[Hit]]:
    """For each haystack (`normal.haystack`) its hits in order; they never overlap and begin and end with words."""
    joined = " " + "\n ".join(sentences) + "\n"
    found: list[list[Hit]] = [[] for _ in sentences]
    entries = lexicon().entries
    number, begin, bucket = -1, 0, []
    limit = -1
    bounds = iter(sentences)
    for which, start, end in _automaton().find_matches_as_indexes(joined):
        while start >= limit:
            number += 1
            begin = limit + 2
            limit = begin + len(next(bounds))
            bucket = found[number]
        if joined[end] in _GLUE:
            _shorter(joined, start, end, begin, bucket)
            continue
        word = start if joined[start] != " " else start + 1
        bucket.append((word - begin, end - begin, entries[which]))
    return found


def _shorter(joined: str, start: int, end: int, begin: int, bucket: list[Hit]) -> None:
    """A pattern that ended within a word hides shorter ones: look again at its whole words."""
    stop = joined.rfind(" ", start + 1, end)
    if stop < 0:
        return
    entries = lexicon().entries
    for which, first, last in _automaton().find_matches_as_indexes(joined[start:stop] + " "):
        if joined[start + last] not in _GLUE:
            bucket.append((start + first + 1 - begin, start + last - begin, entries[which]))
