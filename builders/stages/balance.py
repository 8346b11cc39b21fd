"""Questions whose answer their words do not tell: equally many of each answer for equal questions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from builders.base import Stage
from builders.stages.hashing import hex_digest
from schemas.grounding import Question

FREE: Final = ("abnormality", "location", "size", "disorders", "unanswerable")
"""Types whose open answers are words of their own, not one of few."""
_SAME: Final = ("split", "type", "form", "node", "finding", "pair")


@dataclass(frozen=True)
class Balance(Stage):
    """Question rows with `balanced`: whether the row is in the configuration without question-only shortcuts.

    A model that sees no image answers most published presence questions, since some findings are hardly ever absent and
    others hardly ever there (arXiv 2404.16754's rows; cf. Goyal et al., arXiv 1612.00837). So within a split, of the
    rows of one type, form, structure (or pair of structures) and finding, as many of each answer are kept as the rarest
    has; which ones, a hash of the id says. Where only one answer occurs, none is kept. Open questions with answers of
    their own words stay.
    """

    seed: str = "medmill"

    version = 2

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: all Question rows of some pairs of structure and finding. Every row comes back."""
        (rows,) = frames
        free = (pl.col("form") == "open") & pl.col("type").is_in(FREE)
        group = [*_SAME, "answer"]
        keyed = rows.with_columns(
            drawn=hex_digest(rows["id"], seed=f"{self.seed} balance"), pair=pl.col("id").str.extract("/(larger/.+)$")
        )
        ranked = keyed.with_columns(
            place=pl.col("drawn").rank("ordinal").over(group), many=pl.len().over(group)
        ).with_columns(least=pl.col("many").min().over(_SAME), answers=pl.col("answer").n_unique().over(_SAME))
        kept = (pl.col("answers") > 1) & (pl.col("place") <= pl.col("least"))
        return ranked.with_columns(balanced=free | kept).select(Question.column_names()).sort("id")
