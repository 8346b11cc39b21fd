"""What `the largest one` is that opens a sentence: the finding of the sentence before."""

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from annotators.reading.lexicon import Term
from annotators.reading.matching import Hit
from annotators.reading.sentence import Found

_OPENING: Final = (
    r"^(?:(?:the|their|its)\s+)?"
    r"((?:largest|larger|biggest|bigger|greatest|smallest)(?:\s+ones?|\s+of\s+(?:these|them|which|those))*)"
    r"(?:\s+(?:is|are|was|were|has|had|being|measur\w+|reach\w+|in|on|at|with)\b|,)"
)
_REFERS: Final = re.compile(_OPENING, re.IGNORECASE)
_PLURAL: Final = re.compile(r"(?:s|ae|ata|ies|ses)$")
_REAL: Final = frozenset(("present", "uncertain"))


def refer(sentences: Sequence[str]) -> list[bool]:
    """Which sentences speak of what the one before named; told of all at once, since few do."""
    return pl.Series(sentences, dtype=pl.String).str.contains(f"(?i){_OPENING}").to_list()


def with_antecedent(text: str, words: list[Hit], before: str, known: list[Hit], found: list[Found]) -> list[Hit]:
    """The hits of a sentence that refers, its first words read as what the sentence before says is there.

    `known` and `found` are the hits and the entities of the sentence before.
    """
    opening, term = _REFERS.match(text), _antecedent(before, known, found)
    if opening is None or term is None:
        return words
    start, end = opening.span(1)
    return sorted([(start, end, term), *(hit for hit in words if hit[0] >= end or hit[1] <= start)], key=_place)


def _place(hit: Hit) -> tuple[int, int]:
    return hit[:2]


def _antecedent(before: str, known: list[Hit], found: list[Found]) -> Term | None:
    """The first plural finding, else the last one, where it was said to be."""
    real = {one.start: one.anatomy for one in found if one.assertion in _REAL and one.type != "Anatomy"}
    named = [
        (end, entry._replace(node=real[start][0]) if len(real[start]) == 1 else entry)
        for start, end, entry in known
        if start in real and isinstance(entry, Term) and entry.role == "term" and entry.kind != "normal"
    ]
    plural = next((term for end, term in named if _PLURAL.search(before, 0, end)), None)
    return plural or (named[-1][1] if named else None)
