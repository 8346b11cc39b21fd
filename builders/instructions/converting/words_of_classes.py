"""The closed table of a task: values of a corpus to the words that are answered."""

from collections.abc import Iterable, Mapping

import polars as pl

from builders.instructions.converting.drafts import CHOICE


def spelt(value: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """The word for each value; null where the table lacks it. Case does not count, unless keys differ by it alone."""
    folded = {key.lower(): word for key, word in words.items()}
    if len(folded) < len(words):
        return value.replace_strict(dict(words), default=None, return_dtype=pl.String)
    return value.str.to_lowercase().replace_strict(folded, default=None, return_dtype=pl.String)


def classes(words: Iterable[str], none: str = "") -> list[str]:
    """What may be answered, each once, in the order of the table; `none` is no class."""
    return [word for word in dict.fromkeys(words) if word != none]


def as_choices(words: Iterable[str]) -> pl.Expr:
    """The same choices for each row: the mark is the word that is answered."""
    return pl.lit(pl.Series([[{"mark": word, "text": word} for word in words]], dtype=pl.List(CHOICE))).first()
