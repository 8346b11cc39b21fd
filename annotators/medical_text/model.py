"""The classifier: a line through what terms say, the same in all languages, and through the words of each.

Logistic regression on the eight numbers of `term_features`; its logit is one number of a second one, whose others are
the words and pairs of words of a text (`grams`), each divided by the square root of how many there are. The first knows
medicine by our lists alone and serves every language that has a list; the second learns from invented passages where a
language says such things in other matters. `medmill train medical-text` makes the files.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.medical_text.grams import PLACES, weighed
from annotators.medical_text.term_features import NUMBERS, term_features
from annotators.medical_text.term_list import TermList
from annotators.medical_text.windows import parts
from annotators.text_bytes import Texts

FOLDER: Final = Path(__file__).with_name("weights")
UNIT: Final = 2048
"""Weights are kept as whole numbers of 1 / `UNIT`, in 16 bits."""
_AT_ONCE: Final = 4096
"""Windows that are looked at together."""


@dataclass(frozen=True)
class WordModel:
    """The second step in one language: what the logit of terms counts, where it starts, and a weight per place."""

    slope: float
    start: float
    places: NDArray[np.float64]


def term_logits(texts: Texts, terms: TermList, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """How medical each text is by its terms: logits."""
    found = [term_features(terms, part, terms.patterns.count_in(part)) for part in parts(texts, _AT_ONCE)]
    return np.concatenate([np.empty((0, NUMBERS)), *found]) @ weights[:-1] + weights[-1]


def word_logits(texts: Texts, logits: NDArray[np.float64], model: WordModel) -> NDArray[np.float64]:
    """How medical each text is by its words too, from what its terms said."""
    said = [weighed(part, model.places) for part in parts(texts, _AT_ONCE)]
    return model.slope * logits + model.start + np.concatenate([np.empty(0), *said])


@cache
def term_weights() -> NDArray[np.float64]:
    """One weight per number of `term_features`, and where the line starts."""
    return _read("terms", NUMBERS + 1)


@cache
def word_model(language: str) -> WordModel | None:
    """The model of a language; None for one that nothing was learned in."""
    if not (FOLDER / f"{language}.npy").exists():
        return None
    slope, start, *_ = values = _read(language, PLACES + 2)
    return WordModel(float(slope), float(start), values[2:])


def _read(name: str, size: int) -> NDArray[np.float64]:
    values = np.load(FOLDER / f"{name}.npy", allow_pickle=False)
    assert values.shape == (size,), name
    return values / UNIT
