"""Longest words of the lexicon in many sentences at once."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import ahocorasick_rs

from annotators.reading.lexicon import Cue, Term, lexicon

Hit = tuple[int, int, Term | Cue]
"""Start, end (within the plain sentence) and what the words are."""
_GLUE: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_LONGEST: Final = 60
"""Characters behind a broken word that are looked at again; longer terms there do not exist."""


@cache
def _automaton() -> ahocorasick_rs.AhoCorasick:
    patterns = [_padded(p) for p in lexicon().patterns]
    return ahocorasick_rs.AhoCorasick(
        patterns,
        matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        store_patterns=False,
        implementation=ahocorasick_rs.Implementation.ContiguousNFA,  # half the time of the default on 57,000 patterns
    )


def _padded(pattern: str) -> str:
    return " " + pattern if pattern[0] in _GLUE else pattern


def hits(sentences: Sequence[str]) -> list[list[Hit]]:
    """For each haystack (`normal.haystack`) its hits in order; they never overlap and begin and end with words."""
    joined = " " + "\n ".join(sentences) + "\n"
    found: list[list[Hit]] = [[] for _ in sentences]
    entries = lexicon().entries
    number, begin, limit, taken, bucket = -1, 0, -1, 0, []
    bounds = iter(sentences)
    for which, start, end in _automaton().find_matches_as_indexes(joined):
        while start >= limit:
            number += 1
            begin = limit + 2
            limit = begin + len(next(bounds))
            bucket = found[number]
        if start < taken:
            continue
        if joined[end] in _GLUE:
            taken = _again(joined, start, end, limit, begin, bucket)
            continue
        word = start if joined[start] != " " else start + 1
        bucket.append((word - begin, end - begin, entries[which]))
    return found


def _again(joined: str, start: int, end: int, limit: int, begin: int, bucket: list[Hit]) -> int:
    """A pattern that ended within a word hides others: look again, first at its whole words, then from the broken one.

    Returns where the last hit found ends.
    """
    broken = joined.rfind(" ", start, end)
    taken = start
    if broken <= start:
        return taken
    for first, last in ((start, broken), (broken, min(limit, end + _LONGEST))):
        for which, at, stop in _automaton().find_matches_as_indexes(joined[first:last] + " "):
            if first + at >= max(end, taken) or joined[first + stop] in _GLUE:
                break
            if first + at >= taken:
                taken = first + stop
                bucket.append((first + at + 1 - begin, taken - begin, lexicon().entries[which]))
    return taken
