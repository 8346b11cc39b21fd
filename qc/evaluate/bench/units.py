"""Words of a text as answers are compared by them: without letter case and marks, numbers whole, in any script."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

_UNSPACED: Final = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_UNIT: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


def units(text: str) -> list[str]:
    """A number with its decimals is one unit, letters beside it another, each character of Chinese and Japanese too."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _UNIT.findall(_UNSPACED.sub(r" \1 ", plain))


def holds(text: str, part: str) -> bool:
    """Whether the units of `part` stand in those of `text` one behind the other.

    A part without any (`+`) is looked for as it is written.
    """
    wanted = units(part)
    if not wanted:
        return bool(part.strip()) and part.strip() in text
    return f" {' '.join(wanted)} " in f" {' '.join(units(text))} "


class Mention(NamedTuple):
    """A name that was found: units from `start` to `end`, and the number of the name."""

    start: int
    end: int
    name: int


class Names:
    """Finds several names in texts, the longest of those that begin at one place; of equal names the first counts."""

    def __init__(self, names: Sequence[str]) -> None:
        padded = [_padded(units(name)) for name in names]
        self._place = {words: place for place, words in reversed(list(enumerate(padded))) if words}
        self._known = sorted(self._place)
        self._finder = _finder(self._known)

    def find(self, text: Sequence[str]) -> list[Mention]:
        """In order, none within another; `text`: its units."""
        if not self._known:
            return []
        whole = _padded(text)
        starts = {place: number for number, place in enumerate(_starts(text))}
        return [
            Mention(starts[start], starts[start] + self._known[which].count(" ") // 2, self._place[self._known[which]])
            for which, start, _ in self._finder.find_matches_as_indexes(whole)
        ]


@lru_cache(maxsize=256)
def names(wanted: tuple[str, ...]) -> Names:
    """The finder of these names; classes of a task are the same from item to item."""
    return Names(wanted)


def _padded(words: Collection[str]) -> str:
    """A blank on either side of each word, so that two names side by side share none."""
    return "".join(f" {word} " for word in words)


def _starts(words: Sequence[str]) -> Iterator[int]:
    place = 0
    for word in words:
        yield place
        place += len(word) + 2


def _finder(known: list[str]) -> Any:
    from ahocorasick_rs import AhoCorasick, MatchKind

    return AhoCorasick(known, matchkind=MatchKind.LeftmostLongest) if known else None
