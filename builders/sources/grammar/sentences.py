"""Sentences of the synthetic grammar, each with what it says and where it says it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from builders.sources.grammar.words import Dice, Normal, Phrase, Position, Surface, Term

_SLOT = re.compile(r"(\{[ant]\}|\[is\]|\[has\])")
_GRADES = {
    "size": (("minimal", ("trace", "tiny", "minimal")), ("mild", ("small",)), ("moderate", ("moderate",)),
             ("severe", ("large",))),
    "degree": (("minimal", ("minimal",)), ("mild", ("mild",)), ("moderate", ("moderate",)),
               ("severe", ("severe", "marked", "extensive"))),
}  # fmt: skip
_PLURALS = {"x": "ces", "ty": "ties", "ss": "sses", "": "s"}
"""Endings of the words that take an article, and their plurals (`pneumothorax`, `opacity`, `process`)."""


class Mention(NamedTuple):
    """One thing a sentence says: `start` and `end` cut its surface out of the sentence; `sizes` in mm."""

    start: int
    end: int
    concept: str
    kind: str
    assertion: str
    certainty: str
    change: str | None
    laterality: str | None
    severity: str | None
    nodes: tuple[str, ...]
    sizes: tuple[float, ...]


class Sentence(NamedTuple):
    """A sentence and its mentions, in order."""

    text: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class Thing:
    """A finding or device of one patient, with the words chosen for it."""

    term: Term
    surface: Surface
    position: Position | None
    severity: str | None
    grade: str
    sizes: tuple[float, ...]
    size_words: str

    def nodes(self) -> tuple[str, ...]:
        """The anatomy it belongs to."""
        return self.position.nodes if self.position else (self.term.node,)

    def again(self, dice: Dice) -> "Thing":
        """The same thing in other words."""
        return replace(self, surface=_agreeing(dice.pick(self.term.surfaces), self.position))


def thing(term: Term, dice: Dice) -> Thing:
    """Choose place, grade, size and wording for a term."""
    position = dice.pick(term.positions) if term.positions and dice.chance(0.85) else None
    severity, grade = None, ""
    if term.graded != "none" and dice.chance(0.5):
        severity, words = dice.pick(_GRADES[term.graded])
        grade = dice.pick(words)
    sizes: tuple[float, ...] = ()
    size_words = ""
    if term.sized and dice.chance(0.45):
        sizes, size_words = _measured(term.sized, dice)
    return Thing(term, _agreeing(dice.pick(term.surfaces), position), position, severity, grade, sizes, size_words)


def say(phrase: Phrase, things: Sequence[Thing], dice: Dice) -> Sentence:
    """Fill a phrase; one thing serves all slots but the bare ones of a list."""
    parts: list[str] = []
    mentions: list[Mention] = []
    length, following = 0, iter(things)
    subject = things[0]
    for piece in _pieces(phrase.template):
        if piece in ("[is]", "[has]"):
            words = _verb(piece, subject)
        elif piece in ("{a}", "{n}", "{t}"):
            subject = next(following)
            words, at = _noun(subject, piece)
            mentions.append(_mention(subject, phrase, length + at, bare=piece == "{t}"))
        else:
            words = piece
        parts.append(words)
        length += len(words)
    text = "".join(parts)
    return Sentence(text[0].upper() + text[1:], tuple(mentions))


def say_normal(normal: Normal) -> Sentence:
    """A sentence that says something is normal."""
    at = normal.statement.index(normal.surface)
    end = at + len(normal.surface)
    told = ("normal", "present") if normal.assertion == "present" else ("abnormality", normal.assertion)
    mention = Mention(at, end, normal.surface.lower(), *told, "certain", None, None, None, normal.nodes, ())
    return Sentence(normal.statement, (mention,))


def slots(phrase: Phrase) -> int:
    """How many things a phrase needs."""
    return len([piece for piece in _pieces(phrase.template) if piece.startswith("{")])


@lru_cache(maxsize=256)
def _pieces(template: str) -> tuple[str, ...]:
    return tuple(piece for piece in _SLOT.split(template) if piece)


def _agreeing(surface: Surface, position: Position | None) -> Surface:
    if position is None or position.side != "bilateral" or surface.number != "one":
        return surface
    ending = next(end for end in _PLURALS if surface.text.endswith(end))
    return Surface(surface.text[: len(surface.text) - len(ending)] + _PLURALS[ending], "many")


def _verb(slot: str, subject: Thing) -> str:
    many = subject.surface.number == "many"
    return {"[is]": ("is", "are"), "[has]": ("has", "have")}[slot][many]


def _noun(subject: Thing, slot: str) -> tuple[str, int]:
    """The words for a thing, and where its surface starts in them."""
    if slot == "{t}":
        return subject.surface.text, 0
    position = subject.position
    before = [subject.grade, position.phrase if position and position.form == "before" else ""]
    head = " ".join(word for word in [*before, ""] if word)
    if head:
        head += " "
    if slot == "{a}" and subject.surface.number == "one":
        head = f"{'an' if (head + subject.surface.text)[0].lower() in 'aeiou' else 'a'} {head}"
    place = f" {position.form} the {position.phrase}" if position and position.form != "before" else ""
    return f"{head}{subject.surface.text}{subject.size_words}{place}", len(head)


def _mention(subject: Thing, phrase: Phrase, start: int, *, bare: bool) -> Mention:
    end = start + len(subject.surface.text)
    term = subject.term
    told = (start, end, term.concept, term.kind, phrase.assertion, phrase.certainty, phrase.change or None)
    if bare:
        return Mention(*told, None, None, (term.node,), ())
    side = subject.position.side if subject.position else ""
    return Mention(*told, side or None, subject.severity, subject.nodes(), subject.sizes)


def _measured(sized: tuple[int, int], dice: Dice) -> tuple[tuple[float, ...], str]:
    first = dice.number(*sized)
    sizes = (float(first), float(max(1, first - dice.number(0, 9)))) if dice.chance(0.4) else (float(first),)
    if dice.chance(0.4):
        return sizes, f" measuring {' x '.join(f'{size / 10:.1f}' for size in sizes)} cm"
    return sizes, f" measuring {' x '.join(f'{size:.0f}' for size in sizes)} mm"
