"""One sentence to its entities: a pure function of its words."""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

from annotators.reading.assertion import decide
from annotators.reading.items import headed
from annotators.reading.lexicon import Term, lexicon
from annotators.reading.matching import Hit
from annotators.reading.mention import HISTORICAL, Mention, Size
from annotators.reading.modifiers import Reading
from annotators.reading.nodes import resolve
from annotators.reading.places import locate
from annotators.reading.sizes import measure
from schemas import anatomy
from schemas.words import SCORED_TYPE


class Found(NamedTuple):
    """An entity of a sentence; offsets count characters of the plain sentence."""

    start: int
    end: int
    canonical: str
    type: str
    assertion: str
    certainty: str
    change: str | None
    laterality: str | None
    severity: str | None
    anatomy: tuple[str, ...]
    measurements: tuple[Size, ...]
    flags: tuple[str, ...]


def read(plain: str, hits: list[Hit]) -> list[Found]:
    """Everything the sentence names, in order; `hits` are the words of the lexicon in it."""
    if ":" in plain:
        hits = headed(plain, hits)
    scopes = Reading(plain, hits)
    scopes.read()
    mentions = scopes.mentions
    if mentions:
        locate(plain, mentions, hits)
        if "pericardi" in plain:
            _keep_fluid_pericardial(mentions)
        if "fluid" in plain and "pleural" in plain:
            _keep_fluid_pleural(plain, mentions)
    if "mm" in plain or "cm" in plain or "meter" in plain or "metre" in plain:
        measure(plain, mentions, scopes.structures)
    found = [one for mention in mentions for one in _findings(mention)]
    found += [_structure(structure) for structure in scopes.structures]
    found.sort()
    return found


def _keep_fluid_pericardial(mentions: list[Mention]) -> None:
    """A bare `effusion` behind a pericardial finding is no pleural one, unless the text says where it is."""
    for before, mention in pairwise(mentions):
        if "bare" in mention.term.flags and not mention.places and "pericardi" in before.term.canonical:
            mention.places.append(("pericardium", "", ""))


def _keep_fluid_pleural(plain: str, mentions: list[Mention]) -> None:
    """`Pleural thickening or localised fluid`: fluid without a place of its own is where the finding before it is."""
    for before, mention in pairwise(mentions):
        if mention.term.canonical != "ascites" or before.term.node != "pleura":
            continue
        between = plain[before.end : mention.end]
        if "," not in between and "abdom" not in between and not any(node for node, _, _ in mention.places):
            mention.places.append(("pleura", "", ""))


def _structure(mention: Mention) -> Found:
    named = _named(mention.term, mention.bits, mention.seen)
    return Found._make((mention.start, mention.end, *named[2:10], tuple(mention.sizes), named[11]))


@cache
def _named(term: Term, bits: int, seen: bool) -> Found:
    """What is told of a structure wherever it stands."""
    assertion, certainty, _, flags = decide(bits, seen)
    if bits & HISTORICAL and assertion == "absent":  # not observed (operated)
        assertion, flags = "historical", (*flags, "operated")
    nodes, side = resolve(term.node, ())
    side = side or term.side or None
    return Found(0, 0, term.canonical, "Anatomy", assertion, certainty, None, side, None, nodes, (), flags)


def _findings(mention: Mention) -> list[Found]:
    """The mention, once for each meaning that its places give it (plaques of the aorta, and of the coronaries)."""
    term, places = mention.term, tuple(mention.places)
    if mention.halves is not None:
        return [
            _finding(mention, *meaning) for meaning in _coordinated(term, *mention.halves, (*mention.alike, *places))
        ]
    meanings = _meanings(term, places)
    if not meanings:
        return [_finding(mention, term.canonical, term.kind, *resolve(term.node, places, every=term.kind == "normal"))]
    return [_finding(mention, *meaning) for meaning in meanings]


@cache
def _coordinated(
    term: Term, own: Term, head: Term, places: tuple[tuple[str, str, str], ...]
) -> list[tuple[str, str, tuple[str, ...], str | None]]:
    """The term where its own words say it is, and its head noun at each structure that shares it."""
    grouped = {(term.canonical, term.kind): [(own.node, "", own.canonical)]}
    for place in places:
        meaning = _compose(head.canonical, place)
        if meaning is None and resolve(head.node, (place,))[0] == resolve("", (place,))[0]:
            meaning = head.canonical, head.kind
        if meaning is not None:
            grouped.setdefault(meaning, []).append(place)
    sides = [place for place in places if not place[0]]
    return [(*meaning, *resolve("", (*named, *sides), every=True)) for meaning, named in grouped.items()]


def _compose(canonical: str, place: tuple[str, str, str]) -> tuple[str, str] | None:
    compositions = lexicon().compositions
    return compositions.get((canonical, place[2])) or compositions.get((canonical, place[0]))


@cache
def _meanings(
    term: Term, places: tuple[tuple[str, str, str], ...]
) -> tuple[tuple[str, str, tuple[str, ...], str | None], ...]:
    grouped: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    rest: list[tuple[str, str, str]] = []
    for place in places:
        meaning = _compose(term.canonical, place)
        if meaning is not None:
            grouped.setdefault(meaning, []).append(place)
        elif place[0] and term.node and place[0] in (term.node, *anatomy.descendants(term.node)):
            rest.append(place)
    if grouped and rest:  # nodules of the lung, beside those of the liver
        grouped.setdefault((term.canonical, term.kind), []).extend(rest)
    sides = [place for place in places if not place[0]]
    return tuple((*meaning, *resolve("", (*named, *sides))) for meaning, named in grouped.items())


def _finding(mention: Mention, canonical: str, kind: str, nodes: tuple[str, ...], side: str | None) -> Found:
    term = mention.term
    assertion, certainty, change, flags = decide(mention.bits, mention.seen)
    if term.flags:
        flags = flags + tuple(flag for flag in term.flags if flag not in _INTERNAL)
        if "borderline" in term.flags and assertion == "present" and kind != "normal":
            assertion, certainty = "uncertain", "possible"
        if "surgery" in term.flags and assertion == "present":
            assertion = "historical"
        if (
            "node" in term.flags
            and assertion != "absent"
            and (mention.normal_size or "small" in term.flags or _small(mention))
        ):
            kind = "normal"
    if mention.masked:
        flags += ("masked",)
    if assertion == "absent" and mention.severity:
        flags += ("qualified_negation",)
    if mention.group_maximum:
        flags += ("group_maximum",)
    if change is None and assertion != "absent":  # what is not there neither grows nor stays
        change = mention.change
    return Found(mention.start, mention.end, canonical, _type(kind, assertion), assertion, certainty,
                 change, side, mention.severity, nodes, tuple(mention.sizes), flags)  # fmt: skip


_INTERNAL = frozenset(("generic", "normal", "node", "small", "bare", "degree", "open"))


def _type(kind: str, assertion: str) -> str:
    return SCORED_TYPE.get((kind, assertion)) or SCORED_TYPE[kind, "present"]


def _small(mention: Mention) -> bool:
    """Below a centimetre, or said to be: ten millimetres is where a node is large."""
    current = [size for size in mention.sizes if not size.prior]
    return bool(current) and all(
        max(size.values) < _LARGE or (size.comparator == "<" and max(size.values) == _LARGE) for size in current
    )


_LARGE = 10
