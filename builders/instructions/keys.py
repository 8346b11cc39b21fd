"""A table of a declaration read key by key: each is known, there and of its type, or the error says where it is not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from schemas.errors import UsageError

_LONGEST: Final = 60
"""Characters of a value that an error repeats."""


@dataclass(frozen=True)
class Keys:
    """The values of one table; `where` is what a reader calls it (`task 12`)."""

    file: Path
    where: str
    values: Mapping[str, Any]

    def wrong(self, key: str, expected: str, advice: str) -> UsageError:
        """The error of a key."""
        got = _shown(self.values[key]) if key in self.values else "nothing"
        return UsageError(f"{self.file}: {self.where}, key {_plain(key)}: expected {expected}, got {got}; {advice}")

    def only(self, required: Iterable[str], may: Iterable[str] = ()) -> None:
        """Raise for a key that is missing, and for one that is not known."""
        needed = list(required)
        known = [*needed, *may]
        for key in self.values:
            if key not in known:
                near = get_close_matches(key, known, 1)
                advice = f"did you mean {near[0]}?" if near else "remove it"
                raise self.wrong(key, f"one of the keys {', '.join(known) or '(none)'}", advice)
        for key in needed:
            if key not in self.values:
                raise self.wrong(key, "a value", "write it")

    def text(self, key: str) -> str:
        """Words; an empty text counts as none, and a missing key too."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, "a text", "write it in quotation marks")
        return value.strip()

    def sign(self, key: str) -> str:
        """A text of which white space may be the whole."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, "a sign", "write it in quotation marks")
        return value

    def said(self, key: str) -> str:
        """Words that must be there."""
        if not (value := self.text(key)):
            raise self.wrong(key, "a text that is not empty", "write it")
        return value

    def one_of(self, key: str, words: Sequence[str]) -> str:
        """One of several words."""
        value = self.values.get(key)
        if not isinstance(value, str) or value not in words:
            spelt = {word.lower(): word for word in words}
            near = get_close_matches(_shown(value).strip("'").lower(), spelt, 1)
            advice = f"did you mean {spelt[near[0]]}?" if near else "choose one of them"
            raise self.wrong(key, f"one of {_few(words)}", advice)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of words, none of them empty, none twice."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.wrong(key, "a list of texts", 'write it as ["one", "other"]')
        found = tuple(one.strip() for one in value)
        if twice := [one for one in found if found.count(one) > 1]:
            raise self.wrong(key, f"each text once ({_shown(twice[0])} stands twice)", "remove one of the two")
        return found

    def some(self, key: str) -> tuple[str, ...]:
        """A list of words with one at least."""
        if not (found := self.texts(key)):
            raise self.wrong(key, "one text at least", "write one, or leave the key out")
        return found

    def table(self, key: str) -> "Keys":
        """A table in the table; an empty one where it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table", f'write it as {key} = {{ name = "value" }}')
        return Keys(self.file, f"{self.where}, table {key}", value)


def _few(words: Sequence[str]) -> str:
    return ", ".join(words) if len(words) <= 40 else f"{', '.join(words[:5])} … ({len(words)} of them)"


def _plain(key: str) -> str:
    return key if key.isprintable() and len(key) <= _LONGEST else _shown(key)


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # of a number with thousands of digits
        text = "a number without end"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
