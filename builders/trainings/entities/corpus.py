"""A labelled corpus as a training takes it: texts with their entities, the labels of their tokens, a fingerprint."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl

from annotators.tokens.pieces import Span
from schemas.errors import UsageError
from schemas.words import RATE_TYPES

FEWEST: Final = 10
"""Texts with entities to learn from; fewer teach nothing."""


class Labelled(NamedTuple):
    """A text and its entities, in order."""

    text: str
    entities: tuple[Span, ...]


@dataclass(frozen=True)
class Corpus:
    """`labels`: `O`, then `B-…` and `I-…` of every type. `fingerprint`: of all texts and entities, in order."""

    splits: Mapping[str, Sequence[Labelled]]
    labels: tuple[str, ...]
    fingerprint: str

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each label."""
        return {label: number for number, label in enumerate(self.labels)}

    @property
    def train(self) -> Sequence[Labelled]:
        """What is learnt from."""
        return self.splits["train"]

    @property
    def validation(self) -> Sequence[Labelled]:
        """What says when to stop."""
        return self.splits["validation"]


def corpus(frames: Mapping[str, pl.DataFrame], where: object) -> Corpus:
    """The corpus of `builders.ner_formats.corpus.read`; raises `UsageError` where nothing can be learnt from it."""
    for split, purpose in (("train", "to learn from"), ("validation", "to know when to stop")):
        if split not in frames or not frames[split].height:
            there = ", ".join(frames) or "nothing"
            raise UsageError(f"{where}: no split `{split}` ({purpose}); found {there}")
    splits = _published({name: tuple(_texts(frame)) for name, frame in frames.items()})
    types = _types(splits["train"])
    if not types:
        raise UsageError(f"{where}: no entities in the split `train`; nothing can be learnt from it")
    if not any(text.entities for text in splits["validation"]):
        raise UsageError(f"{where}: no entities in the split `validation`; it cannot say when to stop")
    taught = sum(bool(text.entities) for text in splits["train"])
    if taught < FEWEST:
        raise UsageError(f"{where}: {taught} texts with entities in the split `train`; at least {FEWEST} are needed")
    labels = ("O", *(f"{mark}-{type_}" for type_ in types for mark in "BI"))
    return Corpus(splits, labels, _fingerprint(splits))


def _texts(frame: pl.DataFrame) -> Iterable[Labelled]:
    for text, entities in frame.select("text", "entities").iter_rows():
        yield Labelled(text, tuple(Span(own["start"], own["end"], own["type"]) for own in entities))


def _types(texts: Iterable[Labelled]) -> list[str]:
    return sorted({span.type for text in texts for span in text.entities})


def _published(splits: Mapping[str, Sequence[Labelled]]) -> Mapping[str, Sequence[Labelled]]:
    """Types of RaTE-NER in upper case, as the published model has them and the RaTEScore package expects them.

    Of a corpus whose types, more than one, all are RaTE-NER's; `Disease` beside others is another corpus's own word.
    """
    types = _types(splits["train"])
    if len(types) < 2 or not set(types) <= set(RATE_TYPES):
        return splits
    return {name: tuple(_loud(text) for text in texts) for name, texts in splits.items()}


def _loud(own: Labelled) -> Labelled:
    return Labelled(own.text, tuple(span._replace(type=span.type.upper()) for span in own.entities))


def _fingerprint(splits: Mapping[str, Sequence[Labelled]]) -> str:
    lines = hashlib.sha256()
    for name, texts in splits.items():
        for text in texts:
            lines.update(json.dumps([name, *text]).encode() + b"\n")
    return lines.hexdigest()
