"""The filters of medical content, by the name that a setting gives them."""

from typing import Final, Literal

import polars as pl

from annotators.medical_text.medical_text import MedicalText
from annotators.medical_text.published import PublishedRule

Name = Literal["medmill", "published"]
ContentFilter = MedicalText | PublishedRule
COLUMNS: Final = ("keyword_hits", "keyword_density", "keyword_rule", "medical_score")


def content_filter(name: Name) -> ContentFilter:
    """Ours, or the published rule; where its lists lie is a setting of it."""
    return MedicalText() if name == "medmill" else PublishedRule()


def scores(of: ContentFilter, rows: pl.DataFrame) -> pl.DataFrame:
    """`id` and `COLUMNS` of rows with `id`, `text` and `language`; the published rule has no score."""
    if isinstance(of, MedicalText):
        return of.annotate(rows)
    found = of.annotate(rows["text"], rows["language"]).with_columns(medical_score=pl.lit(None, pl.Float32))
    return rows.select("id").hstack(found)
