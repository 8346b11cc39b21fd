"""The bridge from pipelines to annotators: passages of the corpus in, entities out."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from annotators.rules import Findings
from builders.base import Stage
from schemas.references import passages


@dataclass(frozen=True)
class Annotate(Stage):
    """Entities of every passage that a study's text is made of (`schemas.radiology.Entity`)."""

    annotator: Findings = field(default_factory=Findings)

    version = 1
    data = ("annotators/lexicon/*.tsv", "schemas/anatomy.tsv")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows. A study in which nothing is found has no rows and passes."""
        (corpus,) = frames
        return self.annotator.annotate(passages(corpus))

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Measured on Open-i."""
        return 11 * rows, 160 * rows
