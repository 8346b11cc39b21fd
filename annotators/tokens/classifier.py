"""Entities by a token classifier of `transformers`: a folder or Hub id whose labels are `O`, `B-…` and `I-…`."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from annotators.devices import device_of
from annotators.tokens.pieces import Span, spans
from annotators.tokens.windows import Window, windows
from schemas.errors import MedmillError

_MOST: Final = 512
"""Tokens at once where the model does not say; those of BERT and DeBERTa."""
_CACHED: Final = 1024
"""Tokens read together on a processor at most: with 8,192 a small DeBERTa takes 1.5 times as long."""
_GRAIN: Final = 16
"""Batches are as long as a multiple of this: few shapes, little padding."""


class Labelled(NamedTuple):
    """A text with the label and the characters of each token.

    `opening_ids`, `opening`: ids and labels of its first window, the special tokens around it included, of which
    `before` stand before it; both differ from what is cut where a text is longer than the model reads.
    """

    text: str
    offsets: Sequence[tuple[int, int]]
    labels: Sequence[str]
    opening_ids: Sequence[int]
    opening: Sequence[str]
    before: int


@dataclass(frozen=True)
class TokenClassifier:
    """`model`: a folder or Hub id; `revision`: of the Hub. `device`: auto, cpu, cuda, cuda:1.

    `batch_tokens`: read together, padding included, on a processor at most 1,024. On a GPU weights are bfloat16. What
    is found depends on a text alone: not on the batch, nor on the order.
    """

    model: str
    revision: str = "main"
    device: str = field(default="auto", repr=False)
    batch_tokens: int = field(default=8192, repr=False)

    @classmethod
    def holding(cls, tokenizer: Any, model: Any) -> "TokenClassifier":
        """One that reads with a model in memory, such as one that is being trained; the caller puts it into `eval`."""
        made = cls(model.config.name_or_path)
        vars(made)["_loaded"] = tokenizer, model  # where `cached_property` keeps what it has found
        return made

    def annotate(self, texts: Sequence[str]) -> list[list[Span]]:
        """Entities of each text; same texts are read once."""
        found = {read.text: spans(read.text, read.offsets, read.labels) for read in self.labelled(set(texts))}
        return [found[text] for text in texts]

    def labelled(self, texts: Collection[str]) -> Iterator[Labelled]:
        """Each of some distinct texts with the labels of its tokens, in an order of their lengths."""
        yield from self._labelled(sorted(texts, key=lambda text: (len(text), text)))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What the model tells apart, by its numbers; types in upper or lower case as it has them."""
        named = self._loaded[1].config.id2label
        return tuple(named[number] for number in range(len(named)))

    def shown(self, ids: Sequence[int]) -> tuple[list[str], Callable[[list[str]], str]]:
        """The tokens of ids, and how the tokenizer spells some of them together."""
        tokenizer, _ = self._loaded
        return tokenizer.convert_ids_to_tokens(list(ids)), tokenizer.convert_tokens_to_string

    def _labelled(self, texts: Sequence[str]) -> Iterator[Labelled]:
        if not texts:
            return
        tokenizer, _ = self._loaded
        before, behind = self.edges
        read = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, truncation=False)
        ids, offsets = read["input_ids"], read["offset_mapping"]
        parts = [part for number, own in enumerate(ids) for part in windows(number, len(own), self.room)]
        chosen = [np.zeros(len(own), np.int64) for own in ids]
        openings = [np.zeros(0, np.int64) for _ in ids]
        for batch in _batches(parts, self._together):
            for part, best in zip(batch, self._best([ids[p.text][p.first : p.last] for p in batch]), strict=True):
                own = best[len(before) :]
                chosen[part.text][part.begin : part.end] = own[part.begin - part.first : part.end - part.first]
                openings[part.text] = openings[part.text] if part.first else best
        for text, own, whole, best, opening in zip(texts, ids, offsets, chosen, openings, strict=True):
            first = [*before, *own[: self.room], *behind]
            yield Labelled(text, whole, self._names(best), first, self._names(opening), len(before))

    def _names(self, numbers: Any) -> list[str]:
        return [self.labels[number] for number in numbers]

    def _best(self, batch: Sequence[Sequence[int]]) -> Iterator[Any]:
        """The most likely label of each token; [token] of each window, special ones around it included."""
        import torch

        tokenizer, model = self._loaded
        before, behind = self.edges
        length = min(_padded(max(map(len, batch)) + len(before) + len(behind)), self._most)
        rows = torch.full((len(batch), length), tokenizer.pad_token_id or 0)
        mask = torch.zeros_like(rows)
        for row, own in enumerate(batch):
            whole = torch.tensor([*before, *own, *behind])
            rows[row, : len(whole)], mask[row, : len(whole)] = whole, 1
        with torch.inference_mode():
            scores = model(input_ids=rows.to(model.device), attention_mask=mask.to(model.device)).logits.float()
        best = scores.argmax(-1).cpu().numpy()
        return (best[row, : len(before) + len(own) + len(behind)] for row, own in enumerate(batch))

    @property
    def _together(self) -> int:
        """Tokens of a batch: on a processor, few enough for its caches."""
        on_processor = self._loaded[1].device.type == "cpu"
        return min(self.batch_tokens, _CACHED) if on_processor else self.batch_tokens

    @cached_property
    def _most(self) -> int:
        """Tokens that the model reads at once."""
        tokenizer, model = self._loaded
        said = getattr(model.config, "max_position_embeddings", None) or _MOST
        return min(said, tokenizer.model_max_length, _MOST)

    @cached_property
    def edges(self) -> tuple[list[int], list[int]]:
        """Special tokens before and behind a text."""
        tokenizer, _ = self._loaded
        bare = tokenizer("a", add_special_tokens=False)["input_ids"]
        whole = tokenizer("a")["input_ids"]
        at = next(place for place in range(len(whole)) if whole[place : place + len(bare)] == bare)
        return whole[:at], whole[at + len(bare) :]

    @cached_property
    def room(self) -> int:
        """Tokens of a text that fit into a window."""
        room = self._most - sum(map(len, self.edges))
        if room < 2:
            raise MedmillError(f"{self.model}: reads {self._most} tokens at once, which leaves none for a text")
        return room

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForTokenClassification, AutoTokenizer

        device = device_of(self.device)
        kind = torch.bfloat16 if device.startswith("cuda") else torch.float32
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.model, revision=self.revision)
            model = AutoModelForTokenClassification.from_pretrained(self.model, revision=self.revision, dtype=kind)
        except (OSError, ValueError, ImportError) as error:
            raise MedmillError(
                f"{self.model}: no token classifier there ({type(error).__name__}); expected a folder with "
                "config.json, weights and a fast tokenizer (tokenizer.json), or the id of such a model on the Hub"
            ) from error
        _demand(self.model, tokenizer, model)
        return tokenizer, model.eval().to(device)


def _demand(name: str, tokenizer: Any, model: Any) -> None:
    """Raise `MedmillError` for no tokenizer, for one without offsets, and for labels that are not IOB."""
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # transformers makes one up where there is none
        raise MedmillError(f"{name}: no tokenizer there; copy tokenizer.json from where the model was trained")
    if not tokenizer.is_fast:
        raise MedmillError(f"{name}: its tokenizer has no offsets; expected a fast one (tokenizer.json)")
    odd = [label for label in model.config.id2label.values() if label != "O" and label[:2] not in ("B-", "I-")]
    if odd:
        raise MedmillError(f"{name}: labels {', '.join(odd[:3])} are not IOB; expected O, B-… and I-…")


def _padded(length: int) -> int:
    return -(-length // _GRAIN) * _GRAIN


def _batches(parts: Sequence[Window], tokens: int) -> Iterator[list[Window]]:
    """Of like lengths, so that little is padding; a window that is larger than a batch goes alone."""
    batch: list[Window] = []
    for part in sorted(parts, key=lambda part: part.last - part.first):
        if batch and _padded(part.last - part.first) * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(part)
    if batch:
        yield batch
