"""Texts made anew for every round of learning: some mentions give way to others of their type.

Mention replacement of Dai and Adel (arXiv 2010.11683), which gains most where there is little to learn from.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from annotators.tokens.pieces import Span
from builders.trainings.entities.corpus import Labelled


@dataclass(frozen=True)
class Swapping:
    """`share`: how many of the mentions are replaced, 0 to 1."""

    texts: Sequence[Labelled]
    share: float

    def __call__(self, dice: random.Random) -> Sequence[Labelled]:
        """All texts once."""
        return [self._swapped(own, dice) for own in self.texts] if self.share else self.texts

    @cached_property
    def _mentions(self) -> dict[str, list[str]]:
        """The words of all mentions of a type, as often as they occur."""
        found: dict[str, list[str]] = {}
        for own in self.texts:
            for span in own.entities:
                found.setdefault(span.type, []).append(own.text[span.start : span.end])
        return found

    def _swapped(self, own: Labelled, dice: random.Random) -> Labelled:
        text, made, behind = "", [], 0
        for span in own.entities:
            text += own.text[behind : span.start]
            stays = dice.random() >= self.share
            words = own.text[span.start : span.end] if stays else dice.choice(self._mentions[span.type])
            made.append(Span(len(text), len(text) + len(words), span.type))
            text, behind = text + words, span.end
        return Labelled(text + own.text[behind:], tuple(made))
