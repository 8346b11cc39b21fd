"""Candidates for the rewrites of a sentence, the best first; which of them hold is for the rules to say."""

import re
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from typing import Final

from annotators.rewriting.swaps import places, rows, swapped

_VERB: Final = re.compile(
    r"\b(is|are|was|were|be|been|has|have|had|can|cannot|could|may|might|should|appears?|remains?|shows?|suggests?|"
    r"demonstrates?|represents?|seen|noted)\b", re.IGNORECASE
)  # fmt: skip
"""A whole sentence, around which no frame can be put and which no `No` can deny."""
_KINDS: Final = ("negation", "assertion", "side", "severity", "normal")


def synonyms(sentence: str, seed: str) -> list[str]:
    """All swaps together, then the longest alone, then one by one; where nothing can be swapped, a frame around it."""
    found: list[tuple[int, int, str]] = []
    for words, others in _by_length():
        choices = others.split(";")
        for start, end in places(sentence, words):
            if all(end <= one[0] or one[1] <= start for one in found):
                found.append((start, end, choices[_draw(f"{seed}/{words}/{sentence}") % len(choices)]))
    found.sort()
    made = [swapped(sentence, found)] if found else []
    made += [swapped(sentence, [swap for swap in found if swap is not left]) for left in found if len(found) > 2]
    made += [swapped(sentence, [swap]) for swap in sorted(found, key=lambda one: one[0] - one[1])]
    return [one for one in dict.fromkeys([*made, *_framed(sentence)]) if one.casefold() != sentence.casefold()]


def antonyms(sentence: str, seed: str) -> list[str]:
    """One change each: a denial lifted or made, a side, a degree, a normal state; which kind comes first is drawn."""
    turn = _draw(f"{seed}/{sentence}") % len(_KINDS)
    made = []
    for kind in (*_KINDS[turn:], *_KINDS[:turn]):
        made += list(_changed(sentence, kind))[:2]
    return [*dict.fromkeys([*made, *_denied(sentence)])]


def _changed(sentence: str, kind: str) -> Iterator[str]:
    for own, words, other in rows("antonyms.tsv"):
        if own == kind and (found := places(sentence, words)):
            made = swapped(sentence, [(*found[0], other)])
            yield made.replace(" or ", " and ").replace(" nor ", " and ") if kind == "negation" else made


def _denied(sentence: str) -> Iterator[str]:
    if not _VERB.search(sentence):
        yield f"No {_within(sentence)}"


def _framed(sentence: str) -> Iterator[str]:
    if not _VERB.search(sentence):
        yield f"There is {_within(sentence)}"
    yield f"On this examination, {_within(sentence)}"


def _within(sentence: str) -> str:
    """Without its capital, unless it begins with an abbreviation."""
    return sentence if sentence[1:2].isupper() else f"{sentence[:1].lower()}{sentence[1:]}"


@cache
def _by_length() -> tuple[tuple[str, str], ...]:
    """Longest words first, so that they are not cut by shorter ones."""
    return tuple((row[0], row[1]) for row in sorted(rows("synonyms.tsv"), key=lambda row: -len(row[0])))


def _draw(of: str) -> int:
    return int.from_bytes(blake2b(of.encode("utf-8", "surrogatepass"), digest_size=8).digest())
