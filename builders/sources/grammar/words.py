"""The words of the synthetic grammar: terms, places, phrases and normal statements, read from their tables."""

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Generic, Literal, TypeVar

FOLDER = Path(__file__).parent
T = TypeVar("T")


class Dice:
    """Random choices from a text seed; only `random()` of the standard generator is used, the one whose
    numbers Python promises to keep."""

    def __init__(self, seed: str) -> None:
        self.throw = Random(seed).random

    def chance(self, share: float) -> bool:
        """True in this share of throws."""
        return self.throw() < share

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.throw() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of several, each as likely."""
        return options[int(self.throw() * len(options))]


class Weighted(Generic[T]):
    """Options with weights."""

    def __init__(self, options: Sequence[T], weights: Sequence[float]) -> None:
        self.options = options
        self.bounds = list(accumulate(weights))

    def pick(self, dice: Dice) -> T:
        """One of them, as likely as its weight says."""
        return self.options[bisect(self.bounds, dice.throw() * self.bounds[-1])]


@dataclass(frozen=True)
class Surface:
    """One way to write a term: `atelectasis`, `+nodule` (takes an article), `*opacities` (plural)."""

    text: str
    number: Literal["mass", "one", "many"]


@dataclass(frozen=True)
class Position:
    """Where something is: `form` is the preposition behind the noun, or `before` for an adjective."""

    form: str
    phrase: str
    nodes: tuple[str, ...]
    side: str


@dataclass(frozen=True)
class Term:
    """A finding or device. `graded`: takes words of `degree`, of `size`, or none; `sized`: range in mm."""

    topic: str
    concept: str
    kind: str
    surfaces: tuple[Surface, ...]
    node: str
    positions: tuple[Position, ...]
    graded: str
    sized: tuple[int, int] | None
    label: str
    weight: float


@dataclass(frozen=True)
class Phrase:
    """A sentence with slots for terms: `{a}` with article, `{n}` without, `{t}` the bare term; `[is]` agrees."""

    assertion: str
    certainty: str
    change: str
    template: str


@dataclass(frozen=True)
class Normal:
    """A sentence that says something is normal; `surface` are the words that say so, or what they deny."""

    statement: str
    nodes: tuple[str, ...]
    surface: str
    assertion: str


@dataclass(frozen=True)
class Words:
    """Everything the grammar writes with."""

    terms: dict[str, Term]
    findings: Weighted[Term]
    devices: Weighted[Term]
    by_topic: dict[str, tuple[Term, ...]]
    phrases: dict[str, Weighted[Phrase]]
    normal: dict[str, Weighted[Normal]]


@lru_cache(maxsize=1)
def words() -> Words:
    """The tables, read once per process."""
    places = _places()
    terms = [_term(row, places) for row in _rows("terms.tsv")]
    topics = dict.fromkeys(term.topic for term in terms)
    findings = [term for term in terms if term.kind != "device"]
    devices = [term for term in terms if term.kind == "device"]
    return Words(
        terms={term.concept: term for term in terms},
        findings=Weighted(findings, [term.weight for term in findings]),
        devices=Weighted(devices, [term.weight for term in devices]),
        by_topic={topic: tuple(term for term in findings if term.topic == topic) for topic in topics},
        phrases=_grouped("phrases.tsv", "use", _phrase),
        normal=_grouped("normal.tsv", "topic", _normal),
    )


def _rows(name: str) -> list[dict[str, str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def _places() -> dict[str, tuple[Position, ...]]:
    places: dict[str, list[Position]] = {}
    for row in _rows("places.tsv"):
        position = Position(row["form"], row["phrase"], tuple(row["node"].split(";")), row["side"])
        places.setdefault(row["group"], []).append(position)
    return {group: tuple(positions) for group, positions in places.items()}


def _term(row: dict[str, str], places: dict[str, tuple[Position, ...]]) -> Term:
    groups = [group for group in row["places"].split("|") if group]
    low, _, high = row["sized"].partition("-")
    return Term(
        topic=row["topic"],
        concept=row["concept"],
        kind=row["kind"],
        surfaces=tuple(_surface(word) for word in row["surfaces"].split("|")),
        node=row["node"],
        positions=tuple(position for group in groups for position in places[group]),
        graded=row["graded"],
        sized=(int(low), int(high)) if high else None,
        label=row["label"],
        weight=float(row["weight"]),
    )


def _surface(word: str) -> Surface:
    if word.startswith("+"):
        return Surface(word[1:], "one")
    return Surface(word[1:], "many") if word.startswith("*") else Surface(word, "mass")


def _phrase(row: dict[str, str]) -> Phrase:
    return Phrase(row["assertion"], row["certainty"], row["change"], row["template"])


def _normal(row: dict[str, str]) -> Normal:
    return Normal(row["statement"], tuple(row["node"].split(";")), row["surface"], row["assertion"])


def _grouped(name: str, key: str, made: Callable[[dict[str, str]], T]) -> dict[str, Weighted[T]]:
    groups: dict[str, tuple[list[T], list[float]]] = {}
    for row in _rows(name):
        options, weights = groups.setdefault(row[key], ([], []))
        options.append(made(row))
        weights.append(float(row["weight"]))
    return {group: Weighted(*pair) for group, pair in groups.items()}
