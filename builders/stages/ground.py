"""From the entities of a report to its sentences, each tied to the structures that it speaks of."""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from annotators.grounding.ground import Grounding
from builders.base import Stage
from schemas.grounding import GroundedSentence
from schemas.references import passages


@dataclass(frozen=True)
class Ground(Stage):
    """One row per part of a sentence and structure (`schemas.grounding.GroundedSentence`); `none` where of none."""

    annotator: Grounding = field(default_factory=Grounding)

    version = 1
    data = ("annotators/grounding/*.tsv", "annotators/lexicon/*.tsv", "schemas/anatomy.tsv", "schemas/regions.tsv")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows, and the Entity rows of their passages."""
        corpus, entities = frames
        rows = self.annotator.ground(passages(corpus), entities)
        split = corpus.select(study="id", split="split")
        return rows.join(split, on="study", how="left", maintain_order="left").select(GroundedSentence.column_names())

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Measured on CT-RATE: 22 sentences a report, and their texts again."""
        return 26 * rows, 3 * size
