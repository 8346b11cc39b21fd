"""Which choices a model named: by letter, by number, or by the words of a choice, in whatever it wrote around them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from qc.evaluate import answers
from qc.evaluate.answer_words import SAYS
from qc.evaluate.bench.units import Mention, holds, names, units

Choices = Sequence[tuple[str, str]]
"""Marks and texts, as they stand in the input; of a class both are its name."""
Chosen = frozenset[str]
"""Marks."""
_ANNOUNCED: Final = re.compile(
    r"(?i)\b(?:diagnosis|class(?:ification)?|label|categor(?:y|ies)|treatment|therapy|prediction|verdict|relation(?:ship)?"
    r"|stance|topics?|numbers?|outcome)\s*(?:\s(?:is|are|would\s+be)\b|[:=])"
)
"""What announces an answer beside the words of examinations."""
_AND: Final = frozenset({"and", "et", "y", "e", "и", "和", "と", "及", "und"})
_OR: Final = frozenset({"or", "ou", "o", "или", "或", "oder"})
_NOT: Final = frozenset(
    {"not", "t", "never", "cannot", "neither", "nor", "than", "unlike", "pas", "не", "不", "非", "没", "nicht"}
)
"""What denies the name behind it, or sets it beside another (rather than); `t` is what is left of don't."""
_NO: Final = re.compile(r"(?i)(?<=[\w,;:.]\s)(?:no|non|нет)(?=\s+\w)")
"""A no within a sentence, which is said of a noun and answers nothing."""
_BOXED: Final = re.compile(r"\\boxed\{(?:\\text\{)?([^{}]*)\}+")
_CHOSEN: Final = re.compile(
    r"(?:(?i:\b(?:option|choice|choose|select|pick|be|is))\s+\(?|\()\*{0,2}(?P<letter>[A-Z])\*{0,2}(?=[\s.,;:)]|$)"
)
_HEDGED: Final = re.compile(r"\b(?P<one>[A-Z])\)?\s*(?:\b(?:or|ou|oder|или)\b|或|または)\s*\(?(?P<other>[A-Z])\b")
_FILL: Final = frozenset(
    {"the", "is", "are", "a", "an", "option", "options", "choice", "class", "label", "it", "answer", "patient",
     "should", "be", "most", "likely", "probably", "number", "numbers"}
)  # fmt: skip
_JOIN: Final = r"\s*(?:[,;/&+、，]|\band\b|\bet\b|\by\b|\bи\b|和|と)\s*"
_WRAP: Final = r"[\s*_\"'“”«»()\[\]{}#№.:。]*"
_NUMBERS: Final = rf"(?P<list>\d{{1,3}}(?:{_JOIN}\d{{1,3}})*)(?![.,]?\d|\s*%|\w)"
_BEHIND: Final = re.compile(
    rf"(?i){_WRAP}(?:(?:is|are|the|option|options|number|numbers|no|concept|choice|candidate|label|class)\b{_WRAP})*{_NUMBERS}"
)
_BARE: Final = re.compile(rf"(?i){_WRAP}{_NUMBERS}{_WRAP}")
_FIRST: Final = re.compile(rf"{_WRAP}{_NUMBERS}\s*[).:\]、．*-]")
_ANY: Final = re.compile(r"(?<![\w.,])\d{1,3}(?![\w%]|[.,]\d)")


def chosen(output: str, choices: Choices, language: str = "") -> Chosen | None:
    """Marks of the choices that were named; None where nothing can be read. One beyond the choices is read, and wrong.

    The whole text of a choice, or of several with commas or "and" between, comes before everything else, be it all of
    the output or of what is announced.
    """
    output = _BOXED.sub(r"\nAnswer: \1\n", output)
    if not output.strip():
        return None
    marks, text = [mark for mark, _ in choices], unicodedata.normalize("NFKC", output)
    for place in [0, *_places(text)]:
        words = units(text[place:])
        only_marks = set(words) <= {mark.casefold() for mark in marks}
        if not only_marks and (whole := _all_of(words, choices)):
            return whole
    if all(re.fullmatch("[A-Z]", mark) for mark in marks):
        return _letters(output, choices, language)
    if all(mark.isdecimal() for mark in marks):
        return _numbers(output, choices) or _named(output, choices)
    return _named(output, choices)


def _letters(output: str, choices: Choices, language: str) -> Chosen | None:
    """As `answers.chosen`, and the one letter that is chosen within a sentence; None for one letter or another."""
    known = dict(choices)
    found = answers.chosen(output, known, language)
    if found is None:
        told = frozenset(match["letter"] for match in _CHOSEN.finditer(output)) & frozenset(known)
        found = told if len(told) == 1 else None
    hedged = [match for match in _HEDGED.finditer(output) if match["one"] != match["other"]]
    return None if found and any(found & {match["one"], match["other"]} for match in hedged) else found


def holds_all(output: str, choices: Choices, wanted: Iterable[str]) -> bool:
    """Whether the texts of all these marks stand in the output, whatever else does."""
    texts = dict(choices)
    return all(holds(output, texts.get(mark, mark)) for mark in wanted)


def _places(text: str) -> list[int]:
    """Where announced answers begin, the last first."""
    found = [match.end() for words in (SAYS, _ANNOUNCED) for match in words.finditer(text)]
    return sorted(found, reverse=True)


def _numbers(output: str, choices: Choices) -> Chosen | None:
    text = unicodedata.normalize("NFKC", output).strip()
    for place in _places(text):
        if match := _BEHIND.match(text, place):
            return _marks(match["list"], choices)
    for found in (_BARE.fullmatch(text), _BARE.fullmatch(text.splitlines()[-1]), _FIRST.match(text)):
        if found:
            return _marks(found["list"], choices)
    return None


def _marks(listed: str, choices: Choices) -> Chosen:
    """Numbers as marks, `07` as `7` where that is a mark."""
    known = {int(mark): mark for mark, _ in choices}
    numbers: list[str] = re.findall(r"\d+", listed)
    return frozenset(known.get(int(number), number) for number in numbers)


def _named(output: str, choices: Choices) -> Chosen | None:
    text = unicodedata.normalize("NFKC", output).strip()
    for place in _places(text):
        if found := _at_start(_sentence(text[place:]), choices):
            return found
    if found := _at_start(text, choices):
        return found
    last = re.split(r"\n|(?<=[^\d\s][.!?])\s+|(?<=。)", text.rstrip(" \n.!?。"))[-1]
    return _sole(text, choices) or _sole(last, choices) or _sole_number(text, choices)


def _sentence(text: str) -> str:
    """Up to its end; marks before its first letter end nothing."""
    match = re.match(r"[\W_]*[^\n.;。]*(?:\.\d[^\n.;。]*)*", text)
    return match[0] if match else ""


def _found(words: Sequence[str], choices: Choices) -> list[Mention]:
    return names(tuple(text for _, text in choices)).find(words)


def _of(mentions: Iterable[Mention], choices: Choices) -> Chosen | None:
    return frozenset(choices[one.name][0] for one in mentions) or None


def _all_of(words: Sequence[str], choices: Choices) -> Chosen | None:
    """The choices where nothing but their words, marks before them, and what joins them, is written."""
    marked = [(mark, f"{mark} {text}") for mark, text in choices if mark != text]
    both = [*choices, *marked]
    found = _found(words, both)
    within = {place for one in found for place in range(one.start, one.end)}
    others = [word for place, word in enumerate(words) if place not in within]
    return _of(found, both) if found and all(word in _AND for word in others) else None


def _at_start(text: str, choices: Choices) -> Chosen | None:
    """What the text begins with, and what is joined to it; None where another is offered beside it by an "or"."""
    words = units(text)
    found, place, taken = _found(words, choices), 0, list[Mention]()
    for one in found:
        between = words[place : one.start]
        if taken and _OR & set(between[:2]):
            return None
        if any(word not in (_AND if taken else _FILL) for word in between):
            break
        taken.append(one)
        place = one.end
    return _of(taken, choices)


def _sole(text: str, choices: Choices) -> Chosen | None:
    """The one choice that is named and not denied."""
    words = units(_NO.sub(" ", text))
    told = [one for one in _found(words, choices) if not (one.start and words[one.start - 1] in _NOT)]
    found = _of(told, choices)
    return found if found and len(found) == 1 else None


def _sole_number(text: str, choices: Choices) -> Chosen | None:
    if not all(mark.isdecimal() for mark, _ in choices):
        return None
    found = _marks(" ".join(_ANY.findall(text)), choices) & {mark for mark, _ in choices}
    return found if len(found) == 1 else None
