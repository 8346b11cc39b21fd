"""Where a finding is: the structures and sides of its clause, or the default of its term."""

from collections.abc import Sequence
from functools import cache
from itertools import takewhile
from typing import Final

from annotators.reading.lexicon import Cue, Term, lexicon
from annotators.reading.matching import Hit
from annotators.reading.mention import GONE, Mention
from annotators.reading.nodes import Place
from schemas import anatomy

_PLACED: Final = frozenset(("place", "side", "sev", "verb", "pre"))
"""What may stand between a preposition and a finding that is behind its place."""


def locate(plain: str, mentions: Sequence[Mention], hits: Sequence[Hit]) -> None:
    """Give every mention the places said of it: before it, behind it with a preposition, or as its subject."""
    walk = _Walk(plain, mentions, hits)
    actions = _ACTIONS
    for index, (_, end, entry) in enumerate(hits):
        if entry.role in actions:
            actions[entry.role](walk, entry, index, end)
    walk.finish()


class _Walk:
    """One sentence from left to right.

    `waiting` are places said before their mention, `subject` those that open the sentence, `listed` those behind a
    comma or an `and` that may yet be the next mention's. `group` are the mentions that what is said behind belongs to,
    `loose` those whose places stand before a comma or another mention.
    """

    __slots__ = (
        "apart", "attached", "group", "hits", "joined", "listed", "listing", "loose", "named", "parted", "plain",
        "prepared", "preposition", "previous", "rest", "side", "skip", "spent", "subject", "told", "waiting",
    )  # fmt: skip

    def __init__(self, plain: str, mentions: Sequence[Mention], hits: Sequence[Hit]) -> None:
        self.plain = plain
        self.hits = hits
        self.rest = iter(mentions)
        self.waiting: list[Place] = []
        self.subject: list[Place] = []
        self.listed: list[Place] = []
        self.group: list[Mention] = []
        self.loose: list[Mention] = []
        self.previous: Mention | None = None
        self.side = ""
        self.spent = self.attached = self.prepared = self.told = self.skip = False
        self.listing = self.apart = self.parted = False
        self.named = self.joined = _NOWHERE
        self.preposition = 0

    def to_side(self, entry: Cue, index: int, end: int) -> None:
        if self.plain.endswith("either", 0, end) and self.finding_ahead(index):
            return  # either atelectasis or pneumonia
        self.side = "bilateral" if self.side and not self.spent and self.side != entry.effect else entry.effect
        self.spent = self.prepared and bool(self.group) and not self.listing and not self.opens(index, end)
        if self.spent:
            self.attach(("", self.side, ""))

    def to_place(self, entry: Term, index: int, end: int) -> None:
        place = (entry.node, self.side or entry.side, entry.canonical)
        if self.skip:
            self.skip = False
        elif self.listing:
            self.listed.append(place)
        elif self.prepared and self.group and not (self.attached and self.begins(index)):
            self.attach(place)
        elif self.prepared and not self.attached:
            self.subject.append(place)
        else:
            self.waiting = [place] if self.told else [*self.waiting, place]
            self.told, self.named = False, end
        self.side, self.spent = "", False

    def begins(self, index: int) -> bool:
        """Whether a structure follows another as a subject of its own: `at the left apex the lungs are clear`."""
        (_, end, before), (start, _, _) = self.hits[index - 1], self.hits[index]
        return before.role == "place" and self.plain[end:start] == " the "

    def attach(self, place: Place) -> None:
        """Said behind: of the whole group, but of nothing that has a place of its own that has no part in it."""
        for mention in self.group:
            if mention is not self.group[-1]:
                if _elsewhere(mention, place):
                    continue
            elif place[0] and mention in self.loose and self.plain.endswith(_INSIDE, 0, self.preposition):
                mention.places = [other for other in mention.places if akin(other[0], place[0])]
                self.loose.remove(mention)
            mention.places.append(place)
        self.attached = True

    def to_term(self, entry: Term | Cue, index: int, end: int) -> None:
        mention = next(self.rest)
        term = mention.term
        if self.listing:
            self.take(term)
        if self.side:
            self.release()
        if self.attached:
            self.group, self.attached = [], False
        owner = None if term.node else self.owner(index, end)
        if owner is not None:
            side = owner.side or next((side for _, side, _ in self.waiting if side), "")
            mention.places.append((owner.node, side, owner.canonical))
            self.skip = True
        elif not self.next_to(mention) or not self.share(mention):
            mention.places.extend(self.waiting or self.subject or self.inherited(mention))
            if mention.places and (self.apart or not self.waiting):
                self.loose.append(mention)
        if term.side:
            mention.places.append(("", term.side, ""))
        self.waiting, self.told, self.prepared = [], False, False
        if self.parted and self.group and _told_apart(self.group[-1], mention):
            self.group = []
        self.apart = self.parted = False
        self.named = self.joined = _NOWHERE
        self.group.append(mention)
        self.previous = mention
        if term.flags and "open" in term.flags:  # calcifications in the aorta, and …
            self.share(mention)
            self.prepared = self.attached = True
        elif self.placed_behind(index, end, term.node):
            self.prepared = True

    def next_to(self, mention: Mention) -> bool:
        """Whether a structure is joined to the mention's words (`pleural or pericardial`, `pleural-pericardial`)."""
        if self.joined < 0:
            return bool(self.waiting) and mention.start == self.named + 1 and self.plain[self.named] in "-/"
        return mention.start - self.joined <= _NEXT

    def owner(self, index: int, end: int) -> Term | None:
        """The structure that directly follows what has no place of its own (`enlarged heart`)."""
        start, _, following = self.hits[index + 1] if index + 1 < len(self.hits) else (end + 9, 0, None)
        return following if isinstance(following, Term) and following.role == "place" and start - end <= 1 else None

    def opens(self, index: int, end: int) -> bool:
        """Whether a finding follows at once (`or in the size of the left effusion`)."""
        start, _, following = self.hits[index + 1] if index + 1 < len(self.hits) else (end + 9, 0, None)
        return isinstance(following, Term) and following.role == "term" and start - end <= 1

    def placed_behind(self, index: int, end: int, default: str) -> bool:
        """`Effusion left base, …`: a place behind without a preposition, and nothing behind it that it could be of."""
        placed = False
        for start, stop, entry in self.hits[index + 1 :]:
            if entry.role not in ("side", "place") or start - end > 1:
                return placed and entry.role in _CLOSING
            placed = placed or not (isinstance(entry, Term) and entry.node == default)
            end = stop
        return placed

    def finding_ahead(self, index: int) -> bool:
        following = next((entry for _, _, entry in self.hits[index + 1 :] if entry.role != "sev"), None)
        return following is not None and following.role == "term"

    def share(self, mention: Mention) -> bool:
        """`Pleural or pericardial effusion`: the places before share the head noun of the mention's own words."""
        mention.halves = lexicon().compounds.get(self.plain[mention.start : mention.end])
        if mention.halves is None:
            return False
        mention.alike = tuple(place for place in self.waiting if place[0])
        return True

    def take(self, entry: Term) -> None:
        """What was listed behind a comma is the mention's that follows at once, or whose subject it is."""
        if self.told and not (entry.kind == "normal" or _composed(entry, self.listed)):
            self.settle()
            return
        self.waiting, self.listed, self.listing = self.listed, [], False

    def settle(self) -> None:
        """What was listed is of the group after all."""
        if self.side and not self.spent:
            self.listed.append(("", self.side, ""))
            self.side = ""
        for place in self.listed:
            self.attach(place)
        self.listed, self.listing = [], False

    def inherited(self, mention: Mention) -> list[Place]:
        """What has no place of its own (`large and tortuous`) is where the mention before it is."""
        before = self.previous
        return before.places if before is not None and before.clause == mention.clause and not mention.term.node else []

    def release(self) -> None:
        if self.side and not self.spent:
            self.waiting.append(("", self.side, ""))
        self.side, self.spent = "", False

    def to_preposition(self, entry: Cue, index: int, end: int) -> None:
        if self.listing:
            self.settle()
        if self.side:
            self.release()
        if self.parted and not self.attached and self.group and self.group[-1].term.kind == "normal":
            self.group = []  # the heart is normal, and the diameter of the aorta …
        if self.group and self.fronted(index):
            self.waiting, self.subject, self.group = [], [], []
            self.attached = self.told = False
        self.prepared, self.named = True, _NOWHERE
        self.preposition = end

    def fronted(self, index: int) -> bool:
        """Whether each finding stands behind its place: `in the liver a cyst, in the spleen a calcification`."""
        first, (_, comma, before), (start, end, _) = self.hits[0], self.hits[index - 1], self.hits[index]
        if first[0] or first[2].role != "prep" or before.role != "join" or start != comma + 1:
            return False
        ahead = self.hits[index + 1 :]
        placed = list(takewhile(lambda hit: hit[2].role in _PLACED, ahead))
        if not placed or self.plain[end : placed[0][0]] not in (" ", " the ") or len(placed) == len(ahead):
            return False
        behind, _, entry = ahead[len(placed)]
        return entry.role == "term" and self.plain[placed[-1][1] : behind] in (" ", " a ", " an ", " the ")

    def to_break(self, entry: Cue, index: int, end: int) -> None:
        if self.listing:
            self.settle()
        self.named = _NOWHERE
        if not self.group:
            self.release()
            self.subject += self.waiting
            self.waiting, self.prepared = [], False
            return
        self.finish()
        self.waiting, self.subject, self.group = [], [], []
        self.attached = self.prepared = self.told = False

    def to_verb(self, entry: Cue, index: int, end: int) -> None:
        self.prepared, self.told, self.named = False, True, _NOWHERE

    def to_cue(self, entry: Cue, index: int, end: int) -> None:
        if self.listing:
            self.prepared = self.attached or bool(self.listed)
            self.settle()

    def to_join(self, entry: Cue, index: int, end: int) -> None:
        effect = entry.effect
        if self.named >= 0:
            self.joined = end if end - self.named <= _NEXT and effect in _SHARING else _NOWHERE
        if effect in (",", "and"):
            self.parted = True
        if self.group and (self.attached or self.prepared):
            if self.listing:
                self.settle()
            self.listing = True
            self.told = False
        elif effect == ",":
            self.apart = bool(self.waiting) and self.joined < 0
            if self.side:
                self.release()

    def finish(self) -> None:
        if self.listing:
            self.settle()
        self.release()
        if self.waiting and self.group:
            last = self.group[-1]
            if not last.places or not (self.waiting[0][0] or any(side for _, side, _ in last.places)):
                last.places.extend(self.waiting)  # a side behind all else (lower lobe atelectasis bilaterally)


_NOWHERE: Final = -1
_NEXT: Final = 7
"""Characters between the ends of a structure and of ` and/or`, the longest word that joins it to the next."""
_INSIDE: Final = (" in", " of", " within")
_CLOSING: Final = frozenset(("join", "break", "ask"))
_SHARING: Final = frozenset((",", "and", "or", "andor", "&"))


def _told_apart(before: Mention, mention: Mention) -> bool:
    """What is normal and what is not are in different places, and what is not there is not where a later finding is."""
    if (before.term.kind == "normal") != (mention.term.kind == "normal"):
        return True
    return bool(before.bits & GONE) and not mention.bits & GONE


def _composed(term: Term, places: Sequence[Place]) -> bool:
    compositions = lexicon().compositions
    return any((term.canonical, name) in compositions for place in places for name in (place[0], place[2]))


def _elsewhere(mention: Mention, place: Place) -> bool:
    own = [node for node, _, _ in mention.places if node]
    if not own or not place[0] or any(akin(node, place[0]) for node in own):
        return False
    return not _composed(mention.term, [place])


@cache
def akin(one: str, other: str) -> bool:
    """Whether two structures have a part in common; what has no name is akin to everything."""
    if not one or not other:
        return True
    return not _parts(one).isdisjoint(_parts(other))


@cache
def _parts(node: str) -> frozenset[str]:
    return anatomy.descendants(node) | {node}


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
    "pre": _Walk.to_cue,
}
