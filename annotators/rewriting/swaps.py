"""Words for other words: whole words, in any letter case, and the first letter of a sentence stays a capital."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Rows of a table beside this file, behind its header; lines that begin with # are left out."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    parts = r"[\s-]+".join(map(re.escape, words.split()))
    return re.compile(rf"(?<![\w-]){parts}(?![\w-])", re.IGNORECASE)


def places(sentence: str, words: str) -> list[tuple[int, int]]:
    """Where the words stand in a sentence."""
    return [found.span() for found in _pattern(words).finditer(sentence)]


def swapped(sentence: str, swaps: Sequence[tuple[int, int, str]]) -> str:
    """The sentence with other words at these places, which do not overlap."""
    for start, end, other in sorted(swaps, reverse=True):
        sentence = sentence[:start] + other + sentence[end:]
    return _begun(sentence)


def _begun(sentence: str) -> str:
    """One blank between words; the first letter is a capital."""
    plain = " ".join(sentence.split())
    return plain[:1].upper() + plain[1:]
