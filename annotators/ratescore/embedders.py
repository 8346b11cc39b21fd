"""What turns the words of an entity into a vector: the contract, and the choice by name."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.errors import UsageError


class Embedder(Protocol):
    """A frozen dataclass; its fields are its settings."""

    @property
    def fingerprint(self) -> str:
        """Changes with all that decides what a term's vector is."""
        ...

    def embed(self, terms: list[str]) -> NDArray[np.float32]:
        """One vector of length 1 per term, [term, dimension], in the same order."""
        ...


def embedder(name: str) -> Embedder:
    """`lexical`, or `transformers:<folder or Hub id>`; raises `UsageError` that names the choices."""
    kind, _, model = name.partition(":")
    if kind == "lexical" and not model:
        from annotators.ratescore.lexical import Lexical

        return Lexical()
    if kind == "transformers" and model:
        from annotators.ratescore.transformer import Transformer

        return Transformer(model)
    raise UsageError(f"unknown embedder {name!r}; expected lexical or transformers:<folder or Hub id>")
