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

    The file gives a node for itself and its parts, or with `=` for itself alone.
    """

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
    for pattern, cue in _cues():
        before = found.get(pattern)
        both = isinstance(before, Cue) and {before.role, cue.role} == {"pre", "post"}
        found[pattern] = Cue("either", cue.effect) if both else cue
    return Lexicon(tuple(found), tuple(found.values()), _compositions())


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
            yield from ((words, term) for words in _forms(pattern))


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
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for head, node, canonical, kind in rows("compositions.tsv"):
        parts = anatomy.descendants(node) if node in anatomy.nodes() else ()
        for part in (node.removeprefix("="), *sorted(parts)):
            found.setdefault((head, part), (canonical, kind))
    return found


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
