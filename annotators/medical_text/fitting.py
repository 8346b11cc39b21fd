"""Learn the weights of `model` from the invented passages: logistic regression, L2, L-BFGS; always the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from annotators.medical_text.grams import PLACES, grams
from annotators.medical_text.model import UNIT
from annotators.medical_text.passages import passages, varied
from annotators.medical_text.term_features import NUMBERS, term_features
from annotators.medical_text.term_list import TermList, term_lists
from annotators.text_bytes import Texts, texts_of

COSTS: Final[Mapping[str, float]] = {"en": 5, "es": 15, "fr": 12, "ru": 9, "zh": 9, "ja": 2}
"""How much a lost medical passage weighs against a kept general one, per language: chosen with the figures of the real
texts in view (`benchmarks/medical_filter_f1.py`), so that these say how well both can be had, not what to expect of
texts that nobody has scored. Passages and terms alone are learned from.
"""
COST_OF_TERMS: Final = 8
"""The same for terms alone, in all languages."""
_TERM_PENALTY: Final = 3e-3
_WORD_PENALTY: Final = 3e-4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Learned:
    """Passages of a language as numbers: of terms, of words (sparse), and whether they are medical."""

    terms: Floats
    words: Any
    medical: NDArray[np.bool_]

    def weights(self, cost: float) -> Floats:
        """Of each passage, both kinds together as much as `cost` to one."""
        kinds = np.where(self.medical, cost / self.medical.sum(), 1 / (~self.medical).sum())
        return kinds / kinds.sum()


def fitted(languages: Sequence[str] = tuple(COSTS)) -> Iterator[tuple[str, NDArray[np.int16]]]:
    """What goes into each file of weights: `terms`, which all languages share, then a language after the other."""
    lists = term_lists()
    known = {language: _learned(lists[language]) for language in languages}
    terms = _fitted_terms(list(known.values()))
    yield "terms", _rounded(terms)
    for language, one in known.items():
        yield language, _rounded(_fitted_words(one, terms, COSTS[language]))


def _learned(terms: TermList) -> _Learned:
    variants = varied(passages(terms.language))
    texts = texts_of(variants["text"].str.to_lowercase())
    numbers = term_features(terms, texts, terms.patterns.count_in(texts))
    return _Learned(numbers, _words(texts), (variants["label"] == "medical").to_numpy())


def _words(texts: Texts) -> Any:
    from scipy.sparse import csr_matrix, diags

    begin, places = grams(texts)
    table = csr_matrix((np.ones(places.size), places, begin), shape=(begin.size - 1, PLACES))
    return diags(1 / np.sqrt(np.maximum(np.diff(begin), 1))) @ table


def _fitted_terms(known: Sequence[_Learned]) -> Floats:
    """Of standardised numbers, written as weights of the numbers themselves; each language counts the same."""
    numbers = np.concatenate([one.terms for one in known])
    middle, spread = numbers.mean(0), numbers.std(0)
    medical = np.concatenate([one.medical for one in known])
    weights = np.concatenate([one.weights(COST_OF_TERMS) for one in known]) / len(known)
    found = _logistic((numbers - middle) / spread, medical, weights, np.full(NUMBERS, _TERM_PENALTY))
    slopes = found[:-1] / spread
    return np.append(slopes, found[-1] - slopes @ middle)


def _fitted_words(known: _Learned, terms: Floats, cost: float) -> Floats:
    """The slope of the logit of terms, where the line starts, and a weight per place."""
    from scipy.sparse import csr_matrix, hstack

    logits = known.terms @ terms[:-1] + terms[-1]
    table = hstack([csr_matrix(logits[:, None]), known.words]).tocsr()
    penalty = np.append(1e-3, np.full(PLACES, _WORD_PENALTY))
    found = _logistic(table, known.medical, known.weights(cost), penalty)
    return np.concatenate([[found[0], found[-1]], found[1:-1]])


def _logistic(table: Any, medical: NDArray[np.bool_], weights: Floats, penalty: Floats) -> Floats:
    """Slopes, then where the line starts, which bears no penalty."""
    from scipy.optimize import minimize

    def loss(values: Floats) -> tuple[float, Floats]:
        logits = table @ values[:-1] + values[-1]
        wrong = weights * (1 / (1 + np.exp(-logits)) - medical)
        fit = float(weights @ (np.logaddexp(0, logits) - medical * logits) + (penalty * values[:-1] ** 2).sum() / 2)
        return fit, np.append(table.T @ wrong + penalty * values[:-1], wrong.sum())

    start = np.zeros(table.shape[1] + 1)
    options = {"maxiter": 1000, "ftol": 1e-11, "gtol": 1e-6}
    return minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x


def _rounded(values: Floats) -> NDArray[np.int16]:
    return np.round(np.clip(values * UNIT, -32768, 32767)).astype(np.int16)
