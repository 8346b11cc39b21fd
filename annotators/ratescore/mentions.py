"""Entities as RaTEScore takes them, and the contract of those who find them in sentences."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from schemas.errors import MedmillError
from schemas.words import RATE_TYPES

Told = tuple[str, str]
"""A sentence, and the one before it where a reader needs that to understand it, else ""."""


class Mention(NamedTuple):
    """An entity of a sentence: characters within it, type (a position in `RATE_TYPES`), and the words to be embedded.

    The words are those of the sentence, unless a decoder spells them otherwise.
    """

    start: int
    end: int
    type: int
    words: str


class Recognizer(Protocol):
    """A frozen dataclass; its fields are its settings. What it finds in a sentence depends on what it is told alone."""

    @property
    def fingerprint(self) -> str:
        """Changes with all that decides what is found."""
        ...

    def told(self, sentences: list[str], which: list[int], numbers: list[int]) -> list[Told]:
        """What is read of distinct sentences.

        `which`: the sentence at each place of the texts, mended in place where a reader wants one told twice;
        `numbers`: its number within its text.
        """
        ...

    def read(self, told: Sequence[Told]) -> list[list[Mention]]:
        """The entities of each, in the order of its words."""
        ...


def type_of(label: str, whose: str) -> int:
    """The type that a label names, in upper or lower case; raises `MedmillError` for one that is none of RaTE's."""
    known = {name.upper(): place for place, name in enumerate(RATE_TYPES)}
    if label.upper() not in known:
        raise MedmillError(f"{whose}: its label {label} is no type of RaTEScore; expected {', '.join(known)}")
    return known[label.upper()]
