"""One round of learning: all windows of all texts once, in an order of the dice, in batches of like lengths."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from builders.trainings.entities.alignment import IGNORED, Example, examples, targets
from builders.trainings.entities.bases import Base
from builders.trainings.entities.swapping import Swapping

_SORTED_TOGETHER: Final = 50
"""Batches among which windows are sorted by length: little padding, and still another mixture every round."""


@dataclass(frozen=True)
class Batches:
    """`room`: tokens of a window; `edges`: special tokens before and behind it; `size`: windows of a batch."""

    texts: Swapping
    base: Base
    numbers: Mapping[str, int]
    room: int
    edges: tuple[list[int], list[int]]
    size: int

    def round(self, dice: random.Random) -> list[dict[str, Any]]:
        """What the model is given, step by step: `input_ids`, `attention_mask`, `labels`, [window, token] each."""
        drawn = list(self._examples(dice))
        dice.shuffle(drawn)
        chunk = self.size * _SORTED_TOGETHER
        batches = [
            part[at : at + self.size]
            for first in range(0, len(drawn), chunk)
            for part in [sorted(drawn[first : first + chunk], key=lambda example: len(example.ids))]
            for at in range(0, len(part), self.size)
        ]
        dice.shuffle(batches)
        return [self._tensors(batch) for batch in batches]

    def _examples(self, dice: random.Random) -> Iterator[Example]:
        texts = self.texts(dice)
        for own, (ids, offsets) in zip(texts, self.base.cut([own.text for own in texts], dice), strict=True):
            yield from examples(0, ids, targets(own.text, own.entities, offsets, self.numbers), self.room)

    def _tensors(self, batch: Sequence[Example]) -> dict[str, Any]:
        import torch

        before, behind = self.edges
        length = max(len(example.ids) for example in batch) + len(before) + len(behind)
        ids = torch.full((len(batch), length), self.base.tokenizer.pad_token_id or 0)
        mask, labels = torch.zeros_like(ids), torch.full_like(ids, IGNORED)
        for row, example in enumerate(batch):
            whole = [*before, *example.ids, *behind]
            ids[row, : len(whole)], mask[row, : len(whole)] = torch.tensor(whole), 1
            labels[row, len(before) : len(before) + len(example.ids)] = torch.tensor(example.targets)
        return {"input_ids": ids, "attention_mask": mask, "labels": labels}
