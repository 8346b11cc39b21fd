"""Texts as sequences of hashed tokens, in any script: what copies and overlaps of texts are counted in.

A token is a run of letters, marks and digits in lower case; a letter of Chinese or Japanese is one by itself, since
these are written without blanks. The hash is FNV-1a of its UTF-8 bytes, the same with every version of every library.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from annotators.text_bytes import texts_of
from annotators.token_hashing.kernel import hash_tokens

_NO_TOKEN = r"[^\pL\pM\pN]+"


class Tokens(NamedTuple):
    """Hashes of all tokens of all texts on end, and where those of each text begin (one more than texts).

    `lone`: how many tokens of each text are letters of Chinese or Japanese.
    """

    hashes: np.ndarray
    offsets: np.ndarray
    lone: np.ndarray

    def of(self, text: int) -> np.ndarray:
        """The hashes of one text."""
        return self.hashes[self.offsets[text] : self.offsets[text + 1]]


def tokens(texts: pl.Series) -> Tokens:
    """The tokens of texts without nulls."""
    plain = texts.alias("text").to_frame().select(pl.col("text").str.to_lowercase().str.replace_all(_NO_TOKEN, " "))
    return Tokens(*hash_tokens(*texts_of(plain.to_series())))
