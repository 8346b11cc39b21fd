"""Which options a model chose, read from what it wrote: in six languages, by letter or by the words of an option."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from qc.evaluate.answer_words import BARE, FIRST, IS_RIGHT, LISTED, LOOK_ALIKE, NOT, SAYS

Chosen = frozenset[str]
"""Letters, as capitals."""


def chosen(output: str, options: Mapping[str, str], language: str = "") -> Chosen | None:
    """The letters that were chosen; None where nothing can be read.

    Tried in this order: letters or the words of options behind the last words that announce an answer ("the answer is",
    答案：, 正解, Ответ, réponse, respuesta); letters and nothing else, in the whole or the last line; a letter at the
    start, as in `B) …`, or alone in the first line; "C is correct"; the words of one option and nothing else, or at the
    start. A letter beyond the options is an answer, and a wrong one.
    """
    text = _plain(output, options, language)
    if not text:
        return None
    for place in reversed([match.end() for match in SAYS.finditer(text)]):
        tail = text[place:]
        bare = BARE.fullmatch(tail) or LISTED.match(tail)
        if found := _listed(bare, options) or _named(tail, options):
            return found
    lines = text.splitlines()
    bare = BARE.fullmatch(text) or BARE.fullmatch(lines[-1])
    return (
        _listed(bare, options) or _listed(FIRST.match(text), options) or _listed(BARE.fullmatch(lines[0]), options)
        or _said_right(text, options) or _named(text, options)
    )  # fmt: skip


def _plain(output: str, options: Mapping[str, str], language: str) -> str:
    text = unicodedata.normalize("NFKC", output).strip()
    if language == "ru":
        capital = re.compile(r"(?<!\w)[АВСЕБ](?!\w)")
        second = len(options) == 2
        text = capital.sub(lambda m: "B" if m[0] == "Б" and second else m[0].translate(LOOK_ALIKE), text)
    return text


def _listed(match: re.Match[str] | None, options: Mapping[str, str]) -> Chosen | None:
    """Letters of a match. A run like `ACD` counts where all are options, a letter beyond them where no word follows."""
    if not match:
        return None
    words = re.findall(r"[A-Za-z]+", re.sub(r"(?i)\b(?:and|et|options?)\b|(?<=\s)y(?=\s)", " ", match["list"]))
    letters = [letter.upper() for word in words for letter in word]
    if any(len(word) > 1 for word in words) and not (
        set(letters) <= set(options) and len(set(letters)) == len(letters)
    ):
        return None
    beyond = [letter for letter in letters if letter not in options]
    if beyond and re.match(r"\s*\w", match.string[match.end("list") :]):
        return None
    return frozenset(letters) or None


def _said_right(text: str, options: Mapping[str, str]) -> Chosen | None:
    found = [m["list"] for m in IS_RIGHT.finditer(text) if m["list"] in options and not NOT.search(m[0])]
    return frozenset(found) or None


def _named(text: str, options: Mapping[str, str]) -> Chosen | None:
    """The option whose words the text begins with, the longest of several; or several that are joined by commas."""
    tail = _words(text)
    by_words = {_words(words): letter for letter, words in options.items() if _words(words)}
    parts = [_words(part) for part in re.split(r"[,;、，\n]|\b(?:and|et|y|и)\b|和|と", text)]
    if len(parts) > 1 and all(part in by_words for part in parts if part):
        return frozenset(by_words[part] for part in parts if part) or None
    for words in sorted(by_words, key=len, reverse=True):
        if tail == words or tail.startswith(words + " ") or (tail.startswith(words) and _unspaced(words)):
            return frozenset({by_words[words]})
    return None


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _unspaced(words: str) -> bool:
    return bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff]", words))


def reasons(output: str) -> str:
    """What stands before the words that announce the answer; all of it where none do, nothing where all are letters."""
    places = [match.start() for match in SAYS.finditer(output.replace("\uff1a", ":"))]
    before = (output[: places[-1]] if places else output).replace("###Rationale:", "").strip()
    return "" if BARE.fullmatch(before) else before


def is_right(found: Chosen | None, answer: Sequence[str], also: Sequence[str] = ()) -> bool:
    """Whether just the right letters were chosen, or another set (`A,C`) that was taken for right."""
    return found is not None and any(found == set(one) for one in (answer, *(other.split(",") for other in also)))
