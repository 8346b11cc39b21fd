"""What of a definition must not change when it is put into other words: labels, numbers, quotations, languages."""

import re
from typing import Final

from builders.instructions.task import Task

_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_SPELT: Final = {word: str(number) for number, word in enumerate(
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 2)}  # fmt: skip
_WORD: Final = re.compile(r"[a-z]+")
_LETTER: Final = re.compile(r"(?<![\w-])(?:[B-HJ-Z]|A(?=\s*[,/)、]))(?![\w'’-])")
"""A letter that stands for an option; `A` and `I` may be words."""
_QUOTED: Final = re.compile(
    r"(?<!\w)'([^']+)'(?!\w)|\"([^\"]+)\"|“([^”]+)”|„([^“”]+)[“”]|‘([^’]+)’(?!\w)|«\s*([^»]+?)\s*»|「([^」]+)」|`([^`]+)`"
)
_HEAD: Final = re.compile(r"(?<=[^.!?\s]\s)[A-Z]\w+(?=:)")
"""A word in capitals before a colon within a sentence, as in `Write Gender: M`: part of the form of the answer."""
_LANGUAGES: Final = re.compile(
    r"\b(?:English|Spanish|French|Chinese|Japanese|Russian|German|Swedish|Italian|Portuguese|Dutch|Polish|Danish|Norwegian"
    r"|Finnish|Greek|Czech|Hungarian|Romanian|Bulgarian|Catalan|Basque|Arabic|Hindi|Korean|Turkish|Latin)\b"
)
_UNBOUND: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
"""Scripts that put no blanks between words."""


def closed_words(task: Task) -> tuple[str, ...]:
    """The words that answers are made of, where a task has a closed list of them."""
    fields = task.fields
    words = list(fields.get("words", {}).values())
    if not words and ("holds" in fields or "swapped" in fields):
        words = ["yes", "no"]
    options = fields.get("options", ())
    words += [options] if isinstance(options, str) else list(options)
    words.append(fields.get("none", ""))
    return tuple(dict.fromkeys(word for word in words if word and "{" not in word))


def says(text: str, word: str) -> bool:
    """Whether a text has a word, not as a part of another; letter case counts but at the head of a sentence."""
    return bool(pattern(word).search(text))


def pattern(word: str) -> re.Pattern[str]:
    """What finds a word: small as it is spelt, or with a capital where a sentence begins."""
    first = word[0]
    spelt = re.escape(word) if not first.islower() else f"[{first}{first.upper()}]{re.escape(word[1:])}"
    before = "" if _UNBOUND.match(word[0]) or not word[0].isalnum() else r"(?<![^\W\u3040-\u9fff])"
    behind = "" if _UNBOUND.match(word[-1]) or not word[-1].isalnum() else r"(?![^\W\u3040-\u9fff])"
    return re.compile(before + spelt + behind)


def numbers(text: str) -> frozenset[str]:
    """Numbers in figures, and from two to twelve in English words."""
    words = (_SPELT.get(word) for word in _WORD.findall(text.lower()))
    return frozenset(_NUMBER.findall(text)) | frozenset(filter(None, words))


def quotations(text: str) -> frozenset[str]:
    """What stands between quotation marks."""
    return frozenset(next(filter(None, found)).strip() for found in _QUOTED.findall(text))


def signs(text: str) -> frozenset[str]:
    """Letters of options, and heads of the form that an answer is to have."""
    return frozenset(_LETTER.findall(text)) | frozenset(_HEAD.findall(text))


def languages(text: str) -> frozenset[str]:
    """Languages that an English text names."""
    return frozenset(_LANGUAGES.findall(text))
