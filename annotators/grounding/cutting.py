"""Where a sentence that speaks of several structures is cut into parts, each of which says all of its own finding."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from annotators.grounding.tables import words
from schemas import anatomy

_BETWEEN: Final = re.compile(r"[,;:]\s+|\s(?=and |but |while |whereas |however )|[.?]\)?\s+")


class Said(NamedTuple):
    """An entity of a sentence; offsets count characters of the section."""

    start: int
    end: int
    term: str
    type: str
    assertion: str
    side: str | None
    nodes: tuple[str, ...]
    text: str
    conflict: bool
    aside: bool = False
    """A structure that only says how far or next to what."""
    joined: bool = False
    """A finding joined by a hyphen or slash to the one before (`effusion-thickening`)."""

    @property
    def structure(self) -> bool:
        """Whether it only names a structure."""
        return self.type == "Anatomy"


Part = tuple[int, int, bool]
"""Start and end in the section, and whether it only says how one looked (`when examined in the lung window;`)."""


def parts(sentence: str, begin: int, said: Sequence[Said]) -> list[Part]:
    """The parts of the sentence that begins at `begin`, in order; together they are the whole of it."""
    end = begin + len(sentence)
    heading = words("heading").match(sentence.lower())
    first = begin + heading.end() if heading else begin
    if first >= end or any(not one.structure and one.start < first for one in said):
        first = begin
    bounds = [first, *_cuts(sentence, begin, [one for one in said if one.start >= first]), end]
    found = [(start, stop, False) for start, stop in pairwise(bounds)]
    return [(begin, first, True), *found] if first > begin else found


def _cuts(sentence: str, begin: int, said: Sequence[Said]) -> list[int]:
    """Places behind a comma or before an `and` where what was said of one structure is over."""
    findings = [one for one in said if not one.structure and one.nodes]
    if len(findings) < 2 or len({one.nodes for one in findings}) < 2:
        return []
    cuts: list[int] = []
    rest = list(said)
    for joint in _BETWEEN.finditer(sentence):
        place = begin + joint.end()
        left = [one for one in rest if one.end <= place]
        right = [one for one in rest if one.start >= place]
        if len(left) + len(right) == len(rest) and _apart(left, right):
            cuts.append(place)
            rest = right
    return cuts


def _apart(left: Sequence[Said], right: Sequence[Said]) -> bool:
    """Both sides have findings, the next one is elsewhere, and no finding is where only the other side says it is."""
    before = [one for one in left if not one.structure and one.nodes]
    behind = [one for one in right if not one.structure and one.nodes]
    if not before or not behind or not _elsewhere(before, behind[0]):
        return False
    here = [one for one in left if one.structure]
    there = [one for one in right if one.structure]
    return all(_at_home(one, here, there) for one in before) and all(_at_home(one, there, here) for one in behind)


def _elsewhere(before: Sequence[Said], finding: Said) -> bool:
    return not any(related(one, other) for f in before for one in f.nodes for other in finding.nodes)


def _at_home(finding: Said, own: Sequence[Said], foreign: Sequence[Said]) -> bool:
    """Whether no node of the finding is named by the other side alone."""
    return all(_named(node, own) or not _named(node, foreign) for node in finding.nodes)


def _named(node: str, structures: Sequence[Said]) -> bool:
    return any(related(node, other) for one in structures for other in one.nodes)


@cache
def related(one: str, other: str) -> bool:
    """Whether one is the other, or a part of it."""
    return one == other or one in anatomy.ancestors(other) or other in anatomy.ancestors(one)
