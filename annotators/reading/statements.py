"""Whether a comma or conjunction opens a statement of its own, so that what was denied before it ends there."""

import re
from collections.abc import Sequence
from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.matching import Hit

_ARTICLE: Final = re.compile(r",? ?(?:and )?(?:the|a|an|this|these|previously|old|known)\b")
_MODIFIERS: Final = frozenset(("side", "sev", "prep", "mask", "evidence", "pseudo"))
_ITEMS: Final = frozenset((",", "and", "with", "&", "plus"))


def opens(plain: str, hits: Sequence[Hit], at: int, *, closed: bool, listed: bool) -> bool:
    """Whether the words behind the join `hits[at]` have a predicate of their own.

    `closed`: the denied item has its verb already; `listed`: the join goes on with a list that has commas.
    """
    start = hits[at][0]
    comma = plain[start] == ","
    if comma and at + 1 < len(hits) and _is_and(hits[at + 1]) and not listed:
        closed = True  # a list of two has no comma before its `and`
    segment = _segment(hits, at + 1)
    named = _named(segment)
    if named is None:
        return _described(segment)
    if comma and not listed and _placed(segment[named + 1 :]) and _ended(hits, at):
        return True
    predicate = _predicate(segment, named)
    if predicate != "verb":
        return bool(predicate)
    told = closed or _ARTICLE.match(plain, start) is not None
    return told or (comma and not listed and any(hit[2].role in ("side", "place") for hit in segment[:named]))


def _is_and(hit: Hit) -> bool:
    return isinstance(hit[2], Cue) and hit[2].role == "join" and hit[2].effect == "and"


def _placed(segment: Sequence[Hit]) -> bool:
    """Whether a finding has a place of its own: `scarring at the apex`."""
    roles = [hit[2].role for hit in segment if hit[2].role != "side"]
    return roles[:2] == ["prep", "place"]


def _ended(hits: Sequence[Hit], at: int) -> bool:
    """Whether what was denied ends at the comma: it had its `or`, or its place, and no `or` follows."""
    if any(_is_or(hit) for hit in hits[at + 1 :]):
        return False
    start = next((number for number in range(at - 1, -1, -1) if hits[number][2].role == "pre"), 0)
    return any(_is_or(hit) or _placed(hits[number:at]) for number, hit in enumerate(hits[start:at], start))


def _is_or(hit: Hit) -> bool:
    return isinstance(hit[2], Cue) and hit[2].role == "join" and hit[2].effect == "or"


def _segment(hits: Sequence[Hit], first: int) -> list[Hit]:
    """The hits up to the next join or break; joins between the names of structures end nothing."""
    segment: list[Hit] = []
    only_places = True
    for hit in hits[first:]:
        entry = hit[2]
        if entry.role in ("break", "except"):
            break
        if isinstance(entry, Cue) and entry.role == "join":
            if entry.effect not in _ITEMS or not only_places:
                return segment if entry.effect in _ITEMS else [one for one in segment if one[2].role != "verb"]
            continue
        only_places = only_places and entry.role in ("place", "side", "prep", "mask")
        segment.append(hit)
    return segment


def _named(segment: Sequence[Hit]) -> int | None:
    """Where the finding stands that the segment begins with; None if it begins with a structure and its verb."""
    for number, (_, _, entry) in enumerate(segment):
        if isinstance(entry, Term) and entry.role == "term":
            return number
        if entry.role in ("verb", "changed"):
            return None
    return len(segment)


def _described(segment: Sequence[Hit]) -> bool:
    """A structure, its verb, and what is said of it: `the heart is enlarged`."""
    roles = [hit[2].role for hit in segment]
    verb = next(number for number, role in enumerate(roles) if role in ("verb", "changed"))
    behind = [role for role in roles[verb + 1 :] if role not in _MODIFIERS]
    return "place" in roles[:verb] and bool(behind) and behind[0] in ("term", "change", "borderline", "pre", "post")


def _predicate(segment: Sequence[Hit], named: int) -> str:
    """What is said behind the finding: the role of the first word that says it, or nothing."""
    for number in range(named + 1, len(segment)):
        role = segment[number][2].role
        ends = all(hit[2].role != "term" for hit in segment[number + 1 :])
        if role in ("changed", "post") or (role in ("change", "either") and ends):
            return role
        if role == "verb":
            return "changed" if _changes(segment[number + 1 :]) else role
    return ""


def _changes(segment: Sequence[Hit]) -> bool:
    return bool(segment) and segment[0][2].role in ("change", "changed", "post", "term")
