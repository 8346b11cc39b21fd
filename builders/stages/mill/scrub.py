"""Addresses and numbers of persons out of texts: each becomes a mark of its kind, `[email]`, and is counted."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.personal_data.scrub import Scrub as Scrubber
from builders.base import Stage
from schemas.corpora import PII_KINDS, ScrubbedDocument


@dataclass(frozen=True)
class Scrub(Stage):
    """ScrubbedDocument rows of SoundDocument rows. `scrubber.kinds`: what is looked for; the rest counts as 0."""

    scrubber: Scrubber = field(default_factory=Scrubber)

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Raise where a library is missing."""
        self.scrubber.check()

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: SoundDocument rows."""
        rows = frames[0]
        texts, counts = self.scrubber.annotate(rows["text"], rows["language"])
        if "title" in rows.columns:
            titles, more = self.scrubber.annotate(rows["title"].fill_null(""), rows["language"])
            rows = rows.with_columns(title=pl.when(pl.col("title").is_not_null()).then(titles))
            counts = counts.select(pl.col(kind) + more[kind] for kind in PII_KINDS)
        rows = rows.with_columns(text=texts, pii=counts.select(pl.struct(PII_KINDS)).to_series())
        return rows.select(ScrubbedDocument.column_names())
