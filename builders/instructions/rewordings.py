"""Definitions in other words: which of them still ask for the same, by rules; each has its parent and a reason."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from annotators.languages import Languages
from annotators.questions.languages import written_in
from annotators.questions.wording import language_name
from builders.instructions.fixed_words import closed_words, languages, numbers, pattern, quotations, says, signs
from builders.instructions.task import Task

SHORTEST: Final = 0.4
LONGEST: Final = 2.5
"""Length of a rewording in lengths of its parent, in characters."""
ALIKE: Final = 0.8
"""Jaccard similarity of words from which on two definitions are one."""
SURE: Final = 0.5
"""Confidence in another language that speaks against a text."""
_LETTERS: Final = 40
"""From which on a text is long enough to tell its language."""
_BY_SCRIPT: Final = ("zh", "ja")
"""Told by their characters, however short a text is."""
_BRACES: Final = re.compile(r"\{[^{}]*\}|[{}]")
_ANSWERS: Final = ("yes", "maybe", "true", "false", "neutral", "oui", "sí", "да", "нет")
"""What answers one of several classes in many tasks: a choice that was not there."""
_EXAMPLE: Final = re.compile(
    r"\b(?:for example|for instance|e\.\s?g\.|examples?:|par exemple|por ejemplo|например)|例如|例えば|たとえば",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")


@dataclass(frozen=True)
class Rewording:
    """A definition in other words. `parent`: which of the definitions of its task it is made of, from 0.

    `reason`: why it is not kept, else empty; `by`: the model.
    """

    task: str
    parent: int
    text: str
    reason: str
    by: str = ""

    @property
    def kept(self) -> bool:
        """Whether the rules let it stand."""
        return not self.reason


class Pair(NamedTuple):
    """A text, its parent, and the closed words of the answers."""

    text: str
    parent: str
    closed: tuple[str, ...]


def judged(task: Task, made: Sequence[tuple[int, str]], by: str = "") -> list[Rewording]:
    """The rewordings of a task with their reasons; `made`: parent and text of each. The first of two alike is kept."""
    closed = closed_words(task)
    foreign = _foreign(task, [text for _, text in made])
    kept = [_tokens(one, closed) for one in task.definitions]
    found = []
    for (parent, text), strange in zip(made, foreign, strict=True):
        reason = reason_against(Pair(text, task.definitions[parent], closed)) or ("other_language" if strange else "")
        reason = reason or ("turned_round" if _turned(task, text) else "")
        words = _tokens(text, closed)
        reason = reason or ("repeats" if any(_alike(words, other) for other in kept) else "")
        if not reason:
            kept.append(words)
        found.append(Rewording(task.id, parent, text, reason, by))
    return found


def reason_against(pair: Pair) -> str:
    """The first rule that a rewording breaks, by itself; empty for none."""
    return next((reason for reason, broken in RULES.items() if broken(pair)), "")


def kept_words(text: str, closed: Sequence[str]) -> list[str]:
    """What a rewording of a text must have, for the model to read."""
    numerals = sorted(number for number in numbers(text) if number in text)
    return list(
        dict.fromkeys([*closed, *sorted(quotations(text)), *sorted(signs(text)), *numerals, *sorted(languages(text))])
    )


def _lost(of: Callable[[str], frozenset[str]]) -> Callable[[Pair], bool]:
    return lambda pair: bool(of(pair.parent) - of(pair.text))


def _new(of: Callable[[str], frozenset[str]]) -> Callable[[Pair], bool]:
    return lambda pair: bool(of(pair.text) - of(pair.parent))


def _braces(pair: Pair) -> bool:
    return bool(set(_BRACES.findall(pair.text)) - set(_BRACES.findall(pair.parent)))


def _new_answer(pair: Pair) -> bool:
    known = (pair.parent, *pair.closed)
    return any(says(pair.text, word) and not any(says(one, word) for one in known) for word in _ANSWERS)


def _quotation_lost(pair: Pair) -> bool:
    return any(quoted not in pair.text for quoted in quotations(pair.parent))


def _quotation_new(pair: Pair) -> bool:
    return any(quoted not in pair.parent for quoted in quotations(pair.text) - set(pair.closed))


RULES: Final[dict[str, Callable[[Pair], bool]]] = {
    "empty": lambda pair: not re.search(r"\w", pair.text),
    "braces": _braces,
    "too_short": lambda pair: len(pair.text) < SHORTEST * len(pair.parent),
    "too_long": lambda pair: len(pair.text) > LONGEST * len(pair.parent),
    "label_missing": lambda pair: any(not says(pair.text, word) for word in pair.closed),
    "label_added": _new_answer,
    "number_missing": _lost(numbers),
    "number_added": _new(numbers),
    "quotation_missing": _quotation_lost,
    "quotation_added": _quotation_new,
    "sign_missing": _lost(signs),
    "sign_added": _new(signs),
    "language_missing": _lost(languages),
    "language_added": _new(languages),
    "example_added": lambda pair: bool(_EXAMPLE.search(pair.text)) and not _EXAMPLE.search(pair.parent),
}
"""By reason, what speaks against a rewording by itself; docs/llm.md says what each means."""


def _turned(task: Task, text: str) -> bool:
    """Whether a translation is asked for in the language that it is made from."""
    if task.shape != "translation" or task.input_language == task.output_language:
        return False
    name = language_name(task.input_language)
    return bool(re.search(rf"\binto {name}\b|\b(?:write|output|give|put|render)\b[^,.;]*\bin {name}\b", text, re.I))


def _foreign(task: Task, texts: Sequence[str]) -> list[bool]:
    """Of each text, whether it is surely in another language than the instruction."""
    wanted = task.instruction_language
    if wanted in _BY_SCRIPT:
        return [not written_in(text, wanted) for text in texts]
    told = Languages().annotate(pl.Series("text", texts, pl.String))
    long = pl.Series([sum(map(str.isalpha, text)) >= _LETTERS for text in texts], dtype=pl.Boolean)
    return (long & (told["language"] != wanted) & (told["language_confidence"] >= SURE)).to_list()


def _tokens(text: str, closed: Sequence[str]) -> frozenset[str]:
    """Words without those that every definition of the task has: long labels would make all alike."""
    for word in sorted(closed, key=len, reverse=True):
        text = pattern(word).sub(" ", text)
    return frozenset(_TOKEN.findall(text.casefold()))


def _alike(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) >= ALIKE * len(words | others)
