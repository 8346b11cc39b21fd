"""How alike the terms of the vocabulary are, once for the whole dataset."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.ratescore.cosine import write_cosine
from annotators.ratescore.embedders import Embedder
from annotators.ratescore.lexical import Lexical
from builders.base import Stage


@dataclass(frozen=True)
class Similarity(Stage):
    """The rows of `cosine.npy`, which is written to `folder`: [term, term], float32, symmetric, 1 on the diagonal."""

    embedder: Embedder = field(default_factory=Lexical)

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: VocabularyEntry rows; `needs["folder"]`: where to write. Returns TermRow rows."""
        terms = frames[0].select("row", "term").unique(maintain_order=True).sort("row")
        write_cosine(needs["folder"] / "cosine.npy", self.embedder.embed(terms["term"].to_list()))
        return terms
