"""Where a finding is: the structures and sides of its clause, or the default of its term."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from annotators.reading.lexicon import Cue, Term
from annotators.reading.matching import Hit
from annotators.reading.mention import Mention
from schemas import anatomy

_SOFT: Final = frozenset(
    ("", "lungs", "lung parenchyma", "bronchi", "mediastinum", "bones", "spine", "abdomen", "thorax", "artery",
     "subcutaneous tissue", "superior vena cava", "vascular structures", "pulmonary vasculature", "stomach")
)  # fmt: skip
"""Defaults that give way to any structure named; others only to their own parts."""


Place = tuple[str, str, str]
"""Node or "", side or "", and the name that compositions know the structure by."""


def locate(mentions: Sequence[Mention], hits: Sequence[Hit]) -> None:
    """Give every mention the places said of it: before it, behind it with a preposition, or as its subject."""
    walk = _Walk(mentions)
    for index, (_, end, entry) in enumerate(hits):
        action = _ACTIONS.get(entry.role)
        if action is not None:
            action(walk, entry, hits[index + 1] if index + 1 < len(hits) else None, end)
    walk.finish()


class _Walk:
    """One sentence from left to right."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.rest = iter(mentions)
        self.waiting: list[Place] = []
        self.subject: list[Place] = []
        self.group: list[Mention] = []
        self.previous: Mention | None = None
        self.side = ""
        self.spent = self.attached = self.prepared = self.told = self.skip = False

    def to_side(self, entry: Cue, following: Hit | None, end: int) -> None:
        self.side = "bilateral" if self.side and not self.spent and self.side != entry.effect else entry.effect
        self.spent = self.prepared and bool(self.group)
        if self.spent:
            self.attach(("", self.side, ""))

    def to_place(self, entry: Term, following: Hit | None, end: int) -> None:
        place = (entry.node, self.side or entry.side, entry.canonical)
        if self.skip:
            self.skip = False
        elif self.prepared and self.group:
            self.attach(place)
        elif self.prepared:
            self.subject.append(place)
        else:
            self.waiting = [place] if self.told else [*self.waiting, place]
            self.told = False
        self.side, self.spent = "", False

    def attach(self, place: Place) -> None:
        for mention in self.group:
            mention.places.append(place)
        self.attached = True

    def to_term(self, entry: Term, following: Hit | None, end: int) -> None:
        mention = next(self.rest)
        self.release()
        if self.attached:
            self.group, self.attached = [], False
        owner = following[2] if following is not None and following[0] - end <= 1 else None
        if isinstance(owner, Term) and owner.role == "place" and not mention.term.node:
            side = owner.side or next((side for _, side, _ in self.waiting if side), "")
            mention.places.append((owner.node, side, owner.canonical))
            self.skip = True
        else:
            mention.places.extend(self.waiting or self.subject or self.inherited(mention))
        self.waiting, self.told, self.prepared = [], False, False
        self.group.append(mention)
        self.previous = mention

    def inherited(self, mention: Mention) -> list[Place]:
        """What has no place of its own (`large and tortuous`) is where the mention before it is."""
        before = self.previous
        return before.places if before is not None and before.clause == mention.clause and not mention.term.node else []

    def release(self) -> None:
        if self.side and not self.spent:
            self.waiting.append(("", self.side, ""))
        self.side, self.spent = "", False

    def to_preposition(self, entry: Cue, following: Hit | None, end: int) -> None:
        self.release()
        self.prepared = True

    def to_break(self, entry: Cue, following: Hit | None, end: int) -> None:
        if not self.group:
            self.release()
            self.subject += self.waiting
            self.waiting, self.prepared = [], False
            return
        self.finish()
        self.waiting, self.subject, self.group = [], [], []
        self.attached = self.prepared = self.told = False

    def to_verb(self, entry: Cue, following: Hit | None, end: int) -> None:
        self.prepared, self.told = False, True

    def to_join(self, entry: Cue, following: Hit | None, end: int) -> None:
        if entry.effect == ",":
            self.release()

    def finish(self) -> None:
        self.release()
        if self.waiting and self.group and not self.group[-1].places:
            self.group[-1].places.extend(self.waiting)


_ACTIONS = {
    "side": _Walk.to_side,
    "place": _Walk.to_place,
    "term": _Walk.to_term,
    "borderline": _Walk.to_term,
    "prep": _Walk.to_preposition,
    "break": _Walk.to_break,
    "except": _Walk.to_break,
    "verb": _Walk.to_verb,
    "changed": _Walk.to_verb,
    "post": _Walk.to_verb,
    "either": _Walk.to_verb,
    "join": _Walk.to_join,
}


@cache
def resolve(default: str, places: tuple[Place, ...], *, every: bool = False) -> tuple[tuple[str, ...], str | None]:
    """Nodes and laterality of a term with this default, from the places said of it.

    Only the most specific nodes remain, or `every` one: a normal heart and mediastinum are both normal.
    """
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
    for side_node in () if every else list(found):
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
