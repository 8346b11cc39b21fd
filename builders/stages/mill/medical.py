"""Which documents are of a wanted language and medical: the thresholds over what was measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.medical_text.medical_text import is_medical
from builders.base import Kept, Stage
from schemas.corpora import DocumentScores, MedicalDocument

_SCORES = [name for name in MedicalDocument.column_names() if name in DocumentScores.column_names()]


@dataclass(frozen=True)
class Medical(Stage):
    """MedicalDocument rows: Document rows whose scores pass; the rest is rejected with the figure that decided.

    `threshold`: of the classifier; the rule of keywords decides where there is no score, as where a language has
    keywords and no classifier. Figures are those of `DocumentScores`.
    """

    languages: tuple[str, ...]
    min_confidence: float
    threshold: float

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Document rows, and the DocumentScores of the same ones."""
        documents, scores = frames
        known = [name for name in scores.columns if name not in documents.columns]
        rows = documents.join(scores.select("id", *known), on="id", how="left", maintain_order="left")
        rows = rows.with_columns(reason=self._reason())
        out = rows.filter(pl.col("reason").is_not_null()).select("id", "reason", detail=self._detail())
        return Kept(rows.filter(pl.col("reason").is_null()).select(MedicalDocument.column_names()), out)

    def _reason(self) -> pl.Expr:
        other = ~pl.col("language").is_in(self.languages)
        unsure = pl.col("language_confidence") < self.min_confidence
        return (
            pl.when(other)
            .then(pl.lit("other_language"))
            .when(unsure)
            .then(pl.lit("unsure_language"))
            .when(~is_medical(self.threshold).fill_null(value=False))
            .then(pl.lit("not_medical"))
        )

    def _detail(self) -> pl.Expr:
        language = pl.format("{} at {}", "language", pl.col("language_confidence").round(2))
        score = pl.col("medical_score").round(3).cast(pl.String).fill_null("none")
        medical = pl.format("{}: score {}, {} terms", "language", score, pl.col("keyword_hits").fill_null(0))
        return pl.when(pl.col("reason") == "not_medical").then(medical).otherwise(language)
