"""What our rules read in a sentence and in its rewrite, and whether the two say the same."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from annotators.rules import Findings


class Said(NamedTuple):
    """One finding: its canonical term, and what is said of it."""

    term: str
    assertion: str
    side: str | None
    severity: str | None


Reading = frozenset[Said]


def readings(texts: Sequence[str]) -> list[Reading]:
    """What is said in each text, structures alone left out; empty where nothing is read.

    A line break is a blank here: a sentence by itself has none of the lines around it that tell whether it goes on.
    """
    lines = [" ".join(text.split()) for text in texts]
    frame = pl.DataFrame({"report": [str(number) for number in range(len(lines))], "text": lines})
    read = Findings().annotate(frame.with_columns(section=pl.lit("findings"), section_index=0))
    found: list[set[Said]] = [set() for _ in texts]
    columns = ("report", "canonical", "assertion", "laterality", "severity")
    for report, *said in read.filter(pl.col("type") != "Anatomy").select(columns).iter_rows():
        found[int(report)].add(Said(*said))
    return [frozenset(one) for one in found]


def contradicts(before: Reading, after: Reading) -> bool:
    """Whether a term that both have is asserted otherwise or on another side, or `after` has one more finding.

    A term of the one that the other lacks is no contradiction by itself: the rules may know only one of two words.
    """
    own, other = _terms(before), _terms(after)
    if own < other:
        return True
    shared = own & other
    return any(_asserted(before, term) != _asserted(after, term) or _turned(before, after, term) for term in shared)


def other_terms(before: Reading, after: Reading) -> bool:
    """Whether they are read as different terms, so that nothing can be said of whether they mean the same."""
    return _terms(before) != _terms(after)


def _terms(reading: Reading) -> set[str]:
    return {said.term for said in reading}


def _asserted(reading: Reading, term: str) -> set[str]:
    return {said.assertion for said in reading if said.term == term}


def _turned(before: Reading, after: Reading, term: str) -> bool:
    """Whether both name sides, and not the same."""
    sides = [{said.side for said in reading if said.term == term} - {None} for reading in (before, after)]
    return bool(sides[0] and sides[1]) and sides[0] != sides[1]
