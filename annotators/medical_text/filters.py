"""What every filter of medical content offers, and which one a setting names."""

from typing import Protocol

import polars as pl


class ContentFilter(Protocol):
    """Says how medical texts are; thresholds come later."""

    def check(self) -> None:
        """Raise where its lists are missing."""

    def annotate(self, texts: pl.Series, languages: pl.Series) -> pl.DataFrame:
        """Per text `keyword_hits`, `keyword_density`, `keyword_rule` and `medical_score` (`schemas.corpora`)."""
        ...
