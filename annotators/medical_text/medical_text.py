"""What of the web is medical text, by our own terms and a small classifier: the mode `medmill` of the filter."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotators.medical_text.lowering import lowered
from annotators.medical_text.model import FOLDER, term_logits, term_weights, word_logits, word_model
from annotators.medical_text.sent_light import SentLight
from annotators.medical_text.term_list import TermList, term_lists
from annotators.medical_text.windows import windows

COLUMNS: Final = {
    "keyword_hits": pl.Int32,
    "keyword_density": pl.Float32,
    "keyword_rule": pl.Boolean,
    "medical_score": pl.Float32,
}
THRESHOLD: Final = 0.5
"""Where a score begins to say medical, in every language: what is weighed against what was decided in training."""


def is_medical(threshold: float = THRESHOLD) -> pl.Expr:
    """Of what `annotate` gives: by the classifier, by the rule of terms where it was not asked; null without a list."""
    return pl.coalesce(pl.col("medical_score") >= threshold, "keyword_rule")


@dataclass(frozen=True)
class MedicalText(SentLight):
    """Measures texts in the languages of our lists, and in those of `keywords`, a folder of lists (see `term_list`).

    A text with fewer different terms than `min_hits`, or fewer letters of terms per letter than `min_density`, is not
    looked at further: the gate lets nearly all medicine through. Score and rule are means over the windows of a text
    (`windows`). In a language with a list of the user's, nothing was learned: terms alone decide there.
    """

    keywords: str | None = field(default=None, repr=False)
    min_hits: int = 1
    min_density: float = 0.01
    version: int = 2

    @cached_property
    def lists(self) -> dict[str, TermList]:
        """The list of each language."""
        return term_lists(self.keywords)

    @property
    def fingerprint(self) -> str:
        """Changes with a term, a weight, a setting or the version; not with where the lists lie."""
        lists = [(one.language, one.terms, one.weights, one.forms, one.ours) for one in self.lists.values()]
        digest = hashlib.sha256(repr((self.version, self.min_hits, self.min_density, lists)).encode())
        for path in sorted(FOLDER.glob("*.npy")):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def annotate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """From `id`, `text` and `language` to `id` and `COLUMNS`, in the same order; null without a list.

        `medical_score` is null too where the gate stops a text or a list is the user's; then `keyword_rule` decides.
        """
        rows = frame.select("id", "text", "language").with_row_index("row")
        measured = [
            self._measured(one, part)
            for (language,), part in rows.partition_by("language", as_dict=True, maintain_order=True).items()
            if (one := self.lists.get(str(language))) is not None
        ]
        found = pl.concat([pl.DataFrame(schema={"row": pl.get_index_type(), **COLUMNS}), *measured])
        return rows.select("row", "id").join(found, on="row", how="left", maintain_order="left").drop("row")

    def _measured(self, terms: TermList, rows: pl.DataFrame) -> pl.DataFrame:
        """`row` and `COLUMNS` of the texts of one language."""
        counted = rows.select("row", *_counted(terms, rows["text"]))
        passes = (pl.col("keyword_hits") >= self.min_hits) & (pl.col("keyword_density") >= self.min_density)
        reached = counted.select(passes).to_series()
        rule, score = _scored(terms, rows["text"].filter(reached))
        scored = counted.filter(reached).select(
            "row",
            pl.Series("rule", rule),
            pl.Series("medical_score", score if score is not None else [None] * len(rule)),
        )
        rule_of = pl.col("rule").fill_null(False).alias("keyword_rule")
        return (
            counted.join(scored.cast({"medical_score": pl.Float32}), on="row", how="left", maintain_order="left")
            .select("row", "keyword_hits", "keyword_density", rule_of, "medical_score")
            .cast(COLUMNS)  # type: ignore[arg-type]
        )


def _counted(terms: TermList, texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Different terms of each text, and letters of all of them per letter."""
    found = terms.patterns.count_lowered(texts)
    letters = found.summed(np.array([len(term) for term in terms.terms]))
    size = texts.str.len_chars().fill_null(0).to_numpy()
    density = letters / np.maximum(size, 1)
    return pl.Series("keyword_hits", found.different()), pl.Series("keyword_density", density)


def _scored(terms: TermList, texts: pl.Series) -> tuple[NDArray[np.bool_], NDArray[np.float64] | None]:
    """What terms alone say of each text, and the score of the classifier where it knows the language."""
    model = word_model(terms.language) if terms.ours else None
    rules, scores = [np.empty(0)], [np.empty(0)]
    for block in lowered(texts):
        cut, of = windows(block)
        logits = term_logits(cut, terms, term_weights())
        rules.append(_mean(logits, of))
        if model is not None:
            scores.append(_mean(word_logits(cut, logits, model), of))
    return np.concatenate(rules) >= THRESHOLD, None if model is None else np.concatenate(scores)


def _mean(logits: NDArray[np.float64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    """The mean of what windows say, per text; every text has a window."""
    return np.bincount(of, 1 / (1 + np.exp(-logits))) / np.bincount(of)
