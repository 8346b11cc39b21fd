"""Invented passages that the classifier learns from, `passages/<language>.tsv`, and the same said otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

FOLDER: Final = Path(__file__).with_name("passages")
LABELS: Final = ("medical", "general")
_VARIANTS: Final = 6
"""Of each passage, besides itself."""


def passages(language: str) -> pl.DataFrame:
    """Columns label, topic, text."""
    return pl.read_csv(FOLDER / f"{language}.tsv", separator="\t", quote_char=None)


def varied(known: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Columns label, text: every passage, and variants: two joined, a piece of one, one with words left out.

    Where words have no spaces between them, characters are left out.
    """
    chance = np.random.default_rng(seed)
    space = " " if bool((known["text"].str.count_matches(" ") > 10).mean() > 0.5) else ""  # type: ignore[operator]
    rows = [
        (label, text)
        for label in LABELS
        for text in _varied(known.filter(label=label)["text"].to_list(), space, chance)
    ]
    return pl.DataFrame(rows, schema=["label", "text"], orient="row")


def _varied(texts: list[str], space: str, chance: np.random.Generator) -> Iterator[str]:
    yield from texts
    for text in texts:
        words = text.split(space) if space else list(text)
        for _ in range(_VARIANTS):
            kind = int(chance.integers(3))
            if kind == 0:
                yield text + space + texts[int(chance.integers(len(texts)))]
            elif kind == 1:
                size = int(len(words) * chance.uniform(0.55, 1))
                first = int(chance.integers(len(words) - size + 1))
                yield space.join(words[first : first + size])
            else:
                kept = chance.random(len(words)) > 0.2
                yield space.join(word for word, stays in zip(words, kept, strict=True) if stays)
