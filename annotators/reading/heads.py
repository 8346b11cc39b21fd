"""Words that say something only with a noun elsewhere: `upper and lower lobe`, `4th to 7th ribs`, `prominent`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from annotators.reading.enlargement import grew, with_large_nodes
from annotators.reading.lexicon import Cue, Term, lexicon
from annotators.reading.matching import Hit
from schemas import anatomy

_LATER: Final = re.compile(
    r",? (and|or|&|to|through|thru)(?: the)?(?: left| right)? ([a-z0-9.]+) "
    r"((?:lobe|rib|valve|ventricle|aorta|venous)[a-z]*)"
)
_ANY: Final = (
    r",? (?:and|or|&|to|through|thru)(?: the)?(?: left| right)? [a-z0-9.]+ (?:lobe|rib|valve|ventricle|aorta|venous)|"
    r"\bribs? \d|\d(?:st|nd|rd|th) ?- ?\d+(?:st|nd|rd|th) ribs?|prominen|enlarge|"
    r"(?:diameter|calib|width|size|dimension).*increase|increase.*(?:diameter|calib|width|size|dimension)"
)
_BEFORE: Final = re.compile(r"(?:[a-z0-9.]+, )*[a-z0-9.]+$")
_COUNTED: Final = re.compile(
    r"\b(ribs?) ((?:\d{1,2}, )*\d{1,2}),? ?(and|or|&|to|through|thru|-) ?(\d{1,2})\b(?! ?[mc]m)"
)
_THROUGH: Final = frozenset(("to", "through", "thru", "-"))
_SIDE: Final = re.compile(r"\b(left|right) $")
_WORD: Final = re.compile(r"[a-z0-9.]+")
_ORDINAL: Final = re.compile(r"\d{1,2}")


def incomplete(texts: Sequence[str]) -> list[bool]:
    """Which plain sentences may have such words; told of all at once, since few have."""
    return pl.Series(texts, dtype=pl.String).str.contains(_ANY).to_list()


def complete(plain: str, hits: list[Hit]) -> list[Hit]:
    """The hits with the structures whose noun is said later, and with `prominent` and `increased` understood."""
    hits = _with(hits, [*_elided(plain), *_counted(plain)])
    for index, (start, end, entry) in enumerate(hits):
        if entry.role in _STEERED and (understood := _understood(plain, hits, index)) is not entry:
            hits = [*hits[:index], (start, end, understood), *hits[index + 1 :]]
    return with_large_nodes(hits) if "node" in plain and "enlarge" in plain else hits


def _with(hits: list[Hit], more: list[Hit]) -> list[Hit]:
    """Hits in order, those that lie within one of the new ones left out."""
    if not more:
        return hits
    kept = [hit for hit in hits if not any(start < hit[1] and hit[0] < end for start, end, _ in more)]
    return sorted([*kept, *more], key=lambda hit: hit[:2])


def _elided(plain: str) -> Iterator[Hit]:
    structures = lexicon().structures
    for found in _LATER.finditer(plain):
        before = _BEFORE.search(plain, 0, found.start())
        if before is None:
            continue
        joint, last, noun = found.groups()
        words = list(_WORD.finditer(plain, before.start(), before.end()))
        if joint in _THROUGH:
            if noun.startswith("rib"):
                yield from _between(words[-1].start(), found.end(), words[-1][0], last)
            continue
        side = _SIDE.search(plain, 0, before.start())  # the left middle lobe is no middle lobe
        for word in words:
            term = structures.get(f"{side[1]} {word[0]} {noun}") if side else None
            term = term or structures.get(f"{word[0]} {noun}")
            if term is not None and word[0] not in ("left", "right", "both", "bilateral"):
                yield *word.span(), term


def _between(start: int, end: int, first: str, last: str) -> Iterator[Hit]:
    """Ribs counted from one to another, all by the words that say so."""
    bounds = [_ORDINAL.match(word) for word in (first, last)]
    if all(bounds):
        low, high = (int(bound[0]) for bound in bounds if bound)
        yield from _ribs(start, end, range(low, high + 1))


def _ribs(start: int, end: int, numbers: Sequence[int]) -> Iterator[Hit]:
    named = (lexicon().structures.get(f"rib {number}") for number in numbers)
    yield from ((start, end, term) for term in named if term is not None)


_SPAN: Final = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th) ?- ?(\d{1,2})(?:st|nd|rd|th) ribs?\b")


def _counted(plain: str) -> Iterator[Hit]:
    for found in _SPAN.finditer(plain):
        yield from _ribs(found.start(), found.end(), range(int(found[1]), int(found[2]) + 1))
    for found in _COUNTED.finditer(plain):
        if found[3] in _THROUGH:
            yield from _ribs(found.start(), found.end(), range(int(found[2].split()[-1]), int(found[4]) + 1))
        else:
            yield from _ribs(found.start(), found.end(), [int(n) for n in _ORDINAL.findall(found[2] + " " + found[4])])


_STEERED: Final = frozenset(("term", "change", "changed"))
_BETWEEN: Final = frozenset(("side", "place", "sev", "mask"))
_ENDS: Final = frozenset(("break", "except"))
_ENLARGED: Final = Term("term", "enlarged", "abnormality", "", "", ("generic",))
_GREW: Final = Cue("changed", "worse")
_SEVERE: Final = Cue("sev", "severe")
_CALIBRE: Final = re.compile(r"\b(?:diameter|calib(?:er|re|ration)|width)s?\b")


def _understood(plain: str, hits: list[Hit], index: int) -> Term | Cue:
    start, end, entry = hits[index]
    if isinstance(entry, Term):
        if plain.startswith("enlarged", start) and grew(plain, hits, index):
            return _GREW
        return _SEVERE if "degree" in entry.flags and not _structure(hits, index) else entry
    if entry.effect == "worse" and _grown(plain, start, end, hits, index):
        return _ENLARGED
    return entry


def _grown(plain: str, start: int, end: int, hits: list[Hit], index: int) -> bool:
    """Whether a change for the worse says that a structure is large, not that a finding has grown."""
    words = plain[start:end]
    if "enlarge" in words:
        return _ahead(hits, index) or (words.startswith("enlarged") and _behind(hits, index))
    return "increase" in words and (_calibre(plain, hits, index) or _size(plain, hits, index))


def _structure(hits: list[Hit], index: int) -> bool:
    """Whether a word of degree is said of a structure (`prominent hilum`), not of a finding (`prominent nodule`)."""
    return _ahead(hits, index) or (not _finding_ahead(hits, index) and _behind(hits, index))


def _ahead(hits: list[Hit], index: int) -> bool:
    """A structure follows, and no finding that it belongs to."""
    named = False
    for _, _, entry in hits[index + 1 :]:
        if entry.role not in _BETWEEN:
            return named and entry.role != "term"
        named |= entry.role == "place"
    return named


def _finding_ahead(hits: list[Hit], index: int) -> bool:
    following = next((entry for _, _, entry in hits[index + 1 :] if entry.role not in _BETWEEN), None)
    return following is not None and following.role == "term"


def _behind(hits: list[Hit], index: int) -> bool:
    """A structure is the subject, and no finding."""
    named = False
    for _, _, entry in reversed(hits[:index]):
        if entry.role in _ENDS or (named and entry.role == "join"):
            break
        if entry.role == "term":
            return False
        named |= entry.role == "place"
    return named


def _calibre(plain: str, hits: list[Hit], index: int) -> bool:
    """`The diameter of the trunk has increased`: said of a vessel's width, a rise is an enlargement."""
    begin, named = 0, False
    for _, end, entry in reversed(hits[:index]):
        if entry.role in _ENDS or entry.role == "term":
            begin = end
            break
        named |= entry.role == "place"
    return named and _CALIBRE.search(plain, begin, hits[index][0]) is not None


_SIZE: Final = re.compile(r"\b(?:size|dimension)s?\b")
_SIZE_OF: Final = re.compile(
    r"[a-z ]*increase in (?:the )?"
    r"(?:(?:size|dimension)s? of (?:the |both |left |right )*|(?=[a-z]+ (?:size|dimension)))"
)
_ORGANS: Final = ("thyroid", "liver", "spleen", "kidneys", "pancreas", "prostate", "adrenal gland", "thymus", "heart")


def _size(plain: str, hits: list[Hit], index: int) -> bool:
    """`The sizes of both thyroid lobes have increased`: said of an organ as a whole, that it is large."""
    start, end, _ = hits[index]
    ahead = _SIZE_OF.match(plain, start)
    if ahead:
        return any(_organ(entry) for first, _, entry in hits[index + 1 :] if ahead.end() - 6 <= first <= ahead.end())
    named = any(_organ(entry) for _, _, entry in _clause(hits, index))
    return named and _SIZE.search(plain, 0, end) is not None


def _clause(hits: list[Hit], index: int) -> list[Hit]:
    """The hits before this one, back to a break; none where a finding is among them."""
    found: list[Hit] = []
    for hit in reversed(hits[:index]):
        if hit[2].role in _ENDS:
            break
        found.append(hit)
    return [] if any(hit[2].role == "term" for hit in found) else found


def _organ(entry: Term | Cue) -> bool:
    if not isinstance(entry, Term) or entry.role != "place":
        return False
    return any(entry.node == organ or organ in anatomy.ancestors(entry.node) for organ in _ORGANS)
