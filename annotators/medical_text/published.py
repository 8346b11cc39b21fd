"""The published rule of MMedC (arXiv 2402.13963) for what is medical text, decision for decision.

A text is medical where at least U different keywords are in it, and at least D of its characters are those of
keywords, all occurrences counted. In languages with spaces, long keywords are looked for anywhere and short ones must
equal a token of `str.split()`, punctuation and all ("virus," is no "virus"); in Chinese and Japanese all are looked for
anywhere. The published code accepts a text early if its long keywords alone suffice. More keywords only add, so that is
the same decision; hits and density here are always those of all keywords, so that thresholds can be moved later.

What the published facts leave open: texts are lower-cased in all languages, characters are code points
of the text as given, and an empty text is not medical.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.medical_text.keyword_lists import KeywordList, keyword_lists
from annotators.medical_text.matching import Patterns
from annotators.medical_text.sent_light import SentLight

COLUMNS: Final = {"keyword_hits": np.int32, "keyword_density": np.float32, "keyword_rule": np.bool_}


@dataclass(frozen=True)
class PublishedRule(SentLight):
    """Reads the lists of keywords at `keywords` (see `keyword_lists`); `UsageError` where they are not in shape."""

    keywords: str = field(default="", repr=False)
    version: int = 1

    @cached_property
    def lists(self) -> dict[str, KeywordList]:
        """The list of each language."""
        return keyword_lists(self.keywords)

    @property
    def fingerprint(self) -> str:
        """Changes with a keyword, a threshold or the version; not with where the lists lie."""
        return hashlib.sha256(repr((self.version, sorted(self.lists.items()))).encode()).hexdigest()

    def annotate(self, texts: pl.Series, languages: pl.Series) -> pl.DataFrame:
        """Per text `keyword_hits`, `keyword_density` and `keyword_rule`; null where its language has no list."""
        measured = {name: np.zeros(len(texts), kind) for name, kind in COLUMNS.items()}
        known = np.zeros(len(texts), np.bool_)
        for language in languages.drop_nulls().unique(maintain_order=True):
            if language in self.lists:
                rows = (languages == language).fill_null(False).to_numpy()
                columns = _measured(self.lists[language], texts if rows.all() else texts.filter(pl.Series(rows)))
                for values, column in zip(measured.values(), columns, strict=True):
                    values[rows] = column
                known |= rows
        kept = pl.when(pl.Series(known))
        return pl.DataFrame(measured).select(kept.then(pl.col(name)).alias(name) for name in COLUMNS)


def _measured(wanted: KeywordList, texts: pl.Series) -> tuple[NDArray[Any], ...]:
    characters = texts.str.len_chars().fill_null(0).to_numpy()
    hits, letters = _counted(wanted, texts)
    density = letters / np.maximum(characters, 1)
    return hits, density, (hits >= wanted.min_hits) & (density >= wanted.min_density)


def _counted(wanted: KeywordList, texts: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many different keywords each text holds, and how many characters all of their occurrences have."""
    forms = wanted.forms()
    found = Patterns([*forms], [*forms.values()]).count_lowered(texts)
    return found.different(), found.summed(np.array([len(keyword) for keyword in forms], np.int64))
