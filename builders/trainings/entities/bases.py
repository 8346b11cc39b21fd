"""What a training starts from: a small net without any knowledge, or a pretrained encoder of a folder or the Hub."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from builders.trainings.entities.corpus import Corpus
from builders.trainings.entities.recipe import PRETRAINED, SMALL, Recipe
from builders.trainings.entities.small_net import SmallNet
from schemas.errors import UsageError

SMALL_NET: Final = "small"
Tokenized = Iterator[tuple[list[int], list[tuple[int, int]]]]


@dataclass(frozen=True)
class Base:
    """`cut`: numbers and offsets of the tokens of texts, for training; dice may cut them otherwise every time."""

    tokenizer: Any
    model: Any
    cut: Callable[[Sequence[str], random.Random], Tokenized]


def recipe_of(name: str) -> Recipe:
    """The recipe that fits a base."""
    return SMALL if name == SMALL_NET else PRETRAINED


def base(name: str, revision: str, corpus: Corpus, recipe: Recipe, net: SmallNet) -> Base:
    """`small`, a folder, or an id of the Hub; raises `UsageError` where there is no such encoder with a tokenizer."""
    if name == SMALL_NET:
        sub_words = net.sub_words([own.text for own in corpus.train], recipe.finer)
        tokenizer = net.tokenizer(sub_words)
        return Base(tokenizer, net.model(len(tokenizer), corpus.labels), sub_words)
    tokenizer, model = _pretrained(name, revision, corpus)

    def cut(texts: Sequence[str], _: random.Random) -> Tokenized:
        read = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, truncation=False)
        return zip(read["input_ids"], read["offset_mapping"], strict=True)

    return Base(tokenizer, model, cut)


def _pretrained(name: str, revision: str, corpus: Corpus) -> tuple[Any, Any]:
    """With a new head for the labels of the corpus, of torch's dice."""
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision)
        model = AutoModelForTokenClassification.from_pretrained(
            name, revision=revision, dtype=torch.float32, ignore_mismatched_sizes=True,
            id2label=dict(enumerate(corpus.labels)), label2id=corpus.numbers,
        )  # fmt: skip
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(
            f"--base {name}: no encoder there ({type(error).__name__}); expected `small`, a folder with config.json, "
            "weights and tokenizer, or the id of a model on the Hub"
        ) from error
    if len(tokenizer) <= len(tokenizer.all_special_tokens) or not tokenizer.is_fast:
        raise UsageError(f"--base {name}: no tokenizer with offsets there; expected a fast one (tokenizer.json)")
    return tokenizer, model
