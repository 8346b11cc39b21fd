"""Where a finding is: the structures and sides of its clause, or the default of its term."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from annotators.reading.matching import Hit
from annotators.reading.mention import Mention
from schemas import anatomy

_SOFT: Final = frozenset(
    ("", "lungs", "lung parenchyma", "bronchi", "mediastinum", "bones", "spine", "abdomen", "thorax", "artery",
     "subcutaneous tissue", "superior vena cava", "vascular structures", "pulmonary vasculature", "stomach")
)  # fmt: skip
"""Defaults that give way to any structure named; others only to their own parts."""


def locate(mentions: Sequence[Mention], hits: Sequence[Hit]) -> None:
    """Give every mention the places said of it: before it, behind it with a preposition, or as subject of its clause."""
    waiting: list[tuple[str, str, str]] = []
    subject: list[tuple[str, str, str]] = []
    group: list[Mention] = []
    attached = prepared = False
    side = ""
    position = 0
    previous: Mention | None = None
    for start, _, entry in hits:
        role = entry.role
        if role == "side":
            side = "bilateral" if side and side != entry.effect else entry.effect
            waiting_side = (("", side, ""),)
            if prepared and group:
                for mention in group:
                    mention.places.extend(waiting_side)
                attached = True
        elif role == "place":
            place = (entry.node, side or entry.side, entry.canonical)
            if prepared and group:
                for mention in group:
                    mention.places.append(place)
                attached = True
            elif prepared:
                subject.append(place)
            else:
                waiting.append(place)
            side = ""
        elif role in ("term", "borderline"):
            mention = mentions[position]
            position += 1
            if side:
                waiting.append(("", side, ""))
                side = ""
            if attached:
                group, attached = [], False
            if waiting:
                mention.places.extend(waiting)
            elif subject:
                mention.places.extend(subject)
            elif previous is not None and previous.clause == mention.clause and not mention.term.node:
                mention.places.extend(previous.places)
            waiting = []
            group.append(mention)
            previous, prepared = mention, False
        elif role == "prep":
            if side:
                waiting.append(("", side, ""))
                side = ""
            prepared = True
        elif role in ("break", "except"):
            _finish(group, waiting, side)
            waiting, subject, group, attached, prepared, side = [], [], [], False, False, ""
        elif role in ("verb", "changed", "post", "either"):
            prepared = False
        elif role == "join" and side and entry.effect == ",":
            waiting.append(("", side, ""))
            side = ""
    _finish(group, waiting, side)


def _finish(group: list[Mention], waiting: list[tuple[str, str, str]], side: str) -> None:
    rest = [*waiting, ("", side, "")] if side else waiting
    if rest and group:
        for mention in group[-1:]:
            if not mention.places:
                mention.places.extend(rest)


@cache
def resolve(default: str, places: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, ...], str | None]:
    """Nodes (the most specific ones) and laterality of a term with this default, from the places said of it."""
    sides = {side for _, side, _ in places if side}
    named = [(node, side) for node, side, _ in places if node]
    if default not in _SOFT:
        within = anatomy.descendants(default) | {default}
        named = [(node, side) for node, side in named if node in within]
    if not named and default:
        named = [(default, "")]
    overall = _overall(sides | {anatomy.side(node) for node, _ in named} - {""})
    found: dict[str, None] = {}
    for node, side in named:
        found.update(dict.fromkeys(_sided(node, side or overall or "")))
    for side_node in list(found):
        for other in anatomy.ancestors(side_node):
            found.pop(other, None)
    return tuple(found), overall


def _overall(sides: set[str]) -> str | None:
    if not sides:
        return None
    return next(iter(sides)) if len(sides) == 1 else "bilateral"


@cache
def _sided(node: str, side: str) -> tuple[str, ...]:
    if not side or anatomy.side(node):
        return (node,)
    if side == "bilateral":
        return tuple(dict.fromkeys((*_sided(node, "left"), *_sided(node, "right"))))
    for part in anatomy.children(node):
        if anatomy.side(part) == side:
            return (part,)
    if node == "lung base":
        return (node, f"{side} lung")
    return (node,)
