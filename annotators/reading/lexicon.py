"""The lexicon as data: what words mean, and which words steer how others are read."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from schemas import anatomy

FOLDER: Final = Path(__file__).resolve().parents[1] / "lexicon"


class Term(NamedTuple):
    """A finding, a disease, a normal statement or a structure; `node` is where it is unless the text says so."""

    role: str
    canonical: str
    kind: str
    node: str
    side: str
    flags: tuple[str, ...]


class Cue(NamedTuple):
    """Words that steer: `role` says which way they work (pre, post, break, join …), `effect` what they do."""

    role: str
    effect: str


@dataclass(frozen=True)
class Lexicon:
    """Patterns (lower case, single blanks, no hyphens) and what each of them is."""

    patterns: tuple[str, ...]
    entries: tuple[Term | Cue, ...]
    compositions: dict[tuple[str, str], tuple[str, str]]
    """(head noun, node or name it is found at) to (canonical term, kind): `enlarged` at the heart is `cardiomegaly`.

    The file gives a node for itself and its parts, or with `=` for itself alone; the nearest row counts.
    """
    compounds: dict[str, tuple[Term, Term]]
    """Patterns of a structure and a head noun (`pericardial effusion`, `calcification in the aorta`) to the two."""
    structures: dict[str, Term]
    """Patterns that name a structure."""

    @property
    def terms(self) -> int:
        """How many patterns stand for terms, cues left aside."""
        return sum(isinstance(entry, Term) for entry in self.entries)


@cache
def lexicon() -> Lexicon:
    """All files of `annotators/lexicon`, variants generated; a cue wins over a term of the same words."""
    found: dict[str, Term | Cue] = {}
    for pattern, term in itertools.chain(_structures(), _terms()):
        for variant in _variants(pattern):
            found.setdefault(variant, term)
    structures = {words: term for words, term in found.items() if isinstance(term, Term) and term.role == "place"}
    compounds = dict(_compounds(found, structures))
    found |= {words: _placed(found[words], *halves) for words, halves in compounds.items()}
    for pattern, cue in _cues():
        before = found.get(pattern)
        both = isinstance(before, Cue) and {before.role, cue.role} == {"pre", "post"}
        found[pattern] = Cue("either", cue.effect) if both else cue
    return Lexicon(tuple(found), tuple(found.values()), _compositions(), compounds, structures)


def rows(name: str) -> Iterator[list[str]]:
    """Rows of a lexicon file behind its header; lines that begin with # are left out."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]
    return (line.split("\t") for line in lines if line and not line.startswith("#"))


def _terms() -> Iterator[tuple[str, Term]]:
    for file in sorted(FOLDER.glob("terms*.tsv")):
        for pattern, canonical, kind, node, flags in rows(file.name):
            if node:
                anatomy.node(node)
            term = Term("term", canonical, kind, node, "", tuple(filter(None, flags.split(";"))))
            yield from ((words, term._replace(side=_side(words))) for words in _forms(pattern))


def _side(words: str) -> str:
    """The side that the words of a term say themselves: `elevated right hemidiaphragm`."""
    sides = {"left", "right"} & set(words.split())
    return sides.pop() if len(sides) == 1 else ""


_ELSEWHERE: Final = frozenset(("", "mediastinum", "bones", "spine"))
"""Defaults of terms found all over the body: a structure within the term says where this one is."""
_OF: Final = re.compile(r"(.+) (?:of|in)(?: the)? (.+)")


def _compounds(found: dict[str, Term | Cue], structures: dict[str, Term]) -> Iterator[tuple[str, tuple[Term, Term]]]:
    """Every term that is a structure before a term, or a term and `of` or `in` before a structure."""
    for pattern, entry in found.items():
        if " " in pattern and entry.role == "term" and "device" not in entry.flags:  # pyright: ignore
            words = pattern.split()
            halves = next(filter(None, (_halves(words, at, found, structures) for at in range(1, len(words)))), None)
            if halves is None and (behind := _OF.fullmatch(pattern)) and behind[2] in structures:
                head = found.get(behind[1])
                halves = (structures[behind[2]], head) if isinstance(head, Term) and head.role == "term" else None
                found[pattern] = entry._replace(flags=(*entry.flags, "open")) if halves else entry  # pyright: ignore
            if halves is not None:
                yield pattern, halves


def _halves(
    words: list[str], at: int, found: dict[str, Term | Cue], structures: dict[str, Term]
) -> tuple[Term, Term] | None:
    head = found.get(" ".join(words[at:]))
    if not isinstance(head, Term) or head.role != "term":
        return None
    named = (structures.get(" ".join(words[first:at])) for first in range(at))
    return next(((place, head) for place in named if place is not None), None)


def _placed(term: Term | Cue, place: Term, head: Term) -> Term | Cue:
    """The term where its own words say it is (`axillary lymphadenopathy`)."""
    if isinstance(term, Term) and term.node in _ELSEWHERE and term.canonical == head.canonical:
        return term._replace(node=place.node)
    return term


def _structures() -> Iterator[tuple[str, Term]]:
    for pattern, name, special, side in rows("structures.tsv"):
        node = anatomy.node(name)
        term = Term("place", special or name, "anatomy", name, side or node.side, ())
        yield from ((words, term) for words in _forms(pattern))
    for name, node in anatomy.nodes().items():
        for words in {name, node.cxr, node.ct} - {""}:
            yield plain_words(words), Term("place", name, "anatomy", name, node.side, ())


def _forms(pattern: str) -> list[str]:
    """What the matcher looks for, in a fixed order."""
    return sorted({plain_words(words) for words in expand(pattern)} - {""})


def _cues() -> Iterator[tuple[str, Cue]]:
    for pattern, role, effect in rows("cues.tsv"):
        for words in expand(pattern):
            yield words, Cue(role, effect)


def _compositions() -> dict[tuple[str, str], tuple[str, str]]:
    told: dict[tuple[str, str], tuple[str, str]] = {}
    alone: dict[tuple[str, str], tuple[str, str]] = {}
    for head, node, canonical, kind in rows("compositions.tsv"):
        into = alone if node.startswith("=") else told
        into.setdefault((head, node.removeprefix("=")), (canonical, kind))
    found = dict(told)
    for head in {head for head, _ in told}:
        for node in anatomy.nodes():
            nearest = next(((head, up) for up in _upwards(node) if (head, up) in told), None)
            if nearest is not None:
                found[head, node] = told[nearest]
    return found | alone


@cache
def _upwards(node: str) -> tuple[str, ...]:
    """The node, what it is part of, what that is part of: nearest first."""
    found = [node]
    for name in found:
        found += [parent for parent in anatomy.parents(name) if parent not in found]
    return tuple(found)


def plain_words(words: str) -> str:
    """As the matcher sees text: lower case, punctuation other than commas and stops as blanks."""
    return " ".join(re.sub(r"[^a-z0-9.,+%]+", " ", words.lower()).split())


def expand(pattern: str) -> set[str]:
    """All readings of a pattern with alternatives, also nested ones: `no (acute |focal |)change` is three."""
    readings, rest = _alternatives(pattern)
    if rest:
        raise ValueError(f"unbalanced bracket in the pattern {pattern!r}")
    return {" ".join(reading.split()) for reading in readings}


_PIECE: Final = re.compile(r"[^()|]+")


def _alternatives(rest: str) -> tuple[set[str], str]:
    finished: set[str] = set()
    current = {""}
    while rest and rest[0] != ")":
        if rest[0] == "|":
            finished |= current
            current, rest = {""}, rest[1:]
        elif rest[0] == "(":
            inner, rest = _alternatives(rest[1:])
            current = {before + after for before in current for after in inner}
            rest = rest[1:]
        else:
            piece = _PIECE.match(rest)
            current = {before + piece[0] for before in current} if piece else current
            rest = rest[piece.end() :] if piece else ""
    return finished | current, rest


_BRITISH: Final = (
    ("edema", "oedema"), ("esophag", "oesophag"), ("hemo", "haemo"), ("anemi", "anaemi"), ("tumor", "tumour"),
    ("caliber", "calibre"), ("fibros", "fibros"), ("gray", "grey"), ("color", "colour"), ("paralyz", "paralys"),
    ("opacification", "opacification"), ("hematoma", "haematoma"), ("ischem", "ischaem"), ("center", "centre"),
    ("aging", "ageing"), ("mold", "mould"), ("hemidia", "haemidia"), ("catheteriz", "catheteris"),
    ("centimeter", "centimetre"),
)  # fmt: skip


def _variants(words: str) -> list[str]:
    spellings = [words]
    for american, british in _BRITISH:
        if american in words and british not in words:
            spellings.append(words.replace(american, british))
    return [form for spelling in spellings for form in (spelling, *_plurals(spelling))]


_NOT_PLURAL: Final = re.compile(r"(?:s|ed|ing|ic|al|ar|ous|ant|ent|able|ly|\d|y clear|ive|ish|form|like|ory|ary)$")


_CLASSICAL: Final = (
    ("osis", "oses"), ("asis", "ases"), ("esis", "eses"), ("um", "a"), ("ula", "ulae"), ("pleura", "pleurae"),
    ("us", "i"), ("mass", "masses"), ("process", "processes"), ("abscess", "abscesses"), ("body", "bodies"),
    ("gy", "gies"), ("ty", "ties"), ("thy", "thies"), ("pex", "pices"),
)  # fmt: skip


def _plurals(words: str) -> list[str]:
    """The plural of a noun phrase, Latin and Greek endings included; none for adjectives, participles and plurals."""
    for single, plural in _CLASSICAL:
        if words.endswith(single):
            return [words[: -len(single)] + plural]
    if _NOT_PLURAL.search(words) and not words.endswith(
        ("ment", "implant", "stent", "segment", "ring", "spring", "coil", "device")
    ):
        return []
    return [words[:-1] + "ies"] if words.endswith("y") else [words + "s"]
