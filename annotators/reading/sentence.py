"""One sentence to its entities: a pure function of its words."""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

from annotators.reading.assertion import decide
from annotators.reading.lexicon import lexicon
from annotators.reading.matching import Hit
from annotators.reading.mention import HISTORICAL, Mention, Size
from annotators.reading.modifiers import Reading
from annotators.reading.places import locate, resolve
from annotators.reading.sizes import measure
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
    scopes = Reading(plain, hits)
    scopes.read()
    mentions = scopes.mentions
    if mentions:
        locate(mentions, hits)
        if "pericardi" in plain:
            _keep_fluid_pericardial(mentions)
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


def _structure(mention: Mention) -> Found:
    term = mention.term
    assertion, certainty, _, flags = decide(mention.bits, mention.seen)
    if mention.bits & HISTORICAL and assertion == "absent":  # not observed (operated)
        assertion, flags = "historical", (*flags, "operated")
    nodes, side = resolve(term.node, ())
    return Found(
        mention.start,
        mention.end,
        canonical=term.canonical,
        type="Anatomy",
        assertion=assertion,
        certainty=certainty,
        change=None,
        laterality=side or term.side or None,
        severity=None,
        anatomy=nodes,
        measurements=tuple(mention.sizes),
        flags=flags,
    )


def _findings(mention: Mention) -> list[Found]:
    """The mention, once for each meaning that its places give it (plaques of the aorta, and of the coronaries)."""
    term, places = mention.term, tuple(mention.places)
    meanings = _meanings(term.canonical, places)
    if not meanings:
        return [_finding(mention, term.canonical, term.kind, *resolve(term.node, places, every=term.kind == "normal"))]
    return [_finding(mention, *meaning) for meaning in meanings]


@cache
def _meanings(
    canonical: str, places: tuple[tuple[str, str, str], ...]
) -> tuple[tuple[str, str, tuple[str, ...], str | None], ...]:
    compositions = lexicon().compositions
    grouped: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for place in places:
        meaning = compositions.get((canonical, place[2])) or compositions.get((canonical, place[0]))
        if meaning is not None:
            grouped.setdefault(meaning, []).append(place)
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


_INTERNAL = frozenset(("generic", "normal", "node", "small", "bare"))


def _type(kind: str, assertion: str) -> str:
    return SCORED_TYPE.get((kind, assertion)) or SCORED_TYPE[kind, "present"]


def _small(mention: Mention) -> bool:
    values = [value for size in mention.sizes if not size.prior for value in size.values]
    return bool(values) and max(values) < 10
