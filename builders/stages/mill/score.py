"""What language a document is in, and how medical it is: measured here, decided later."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.languages import Languages
from annotators.medical_text.filters import ContentFilter, scores
from annotators.medical_text.medical_text import MedicalText
from builders.base import Stage
from schemas.corpora import DocumentScores


@dataclass(frozen=True)
class Score(Stage):
    """DocumentScores of Document rows. `filter` reads only texts of `only`, the languages that are wanted."""

    only: tuple[str, ...]
    languages: Languages = field(default_factory=Languages)
    filter: ContentFilter = field(default_factory=MedicalText)

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Raise where a model or a list of keywords is missing."""
        _ = self.languages.fingerprint  # asks for its file
        _ = self.filter.lists

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Document rows."""
        rows = frames[0].select("id", "licence", "declared_language", "text")
        found = rows.hstack(self.languages.annotate(rows["text"]))
        measured = scores(self.filter, found.filter(pl.col("language").is_in(self.only)))
        return (
            found.with_columns(characters=pl.col("text").str.len_chars().cast(pl.Int64))
            .drop("text")
            .join(measured, on="id", how="left", maintain_order="left")
            .select(DocumentScores.column_names())
        )
