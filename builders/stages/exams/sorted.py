"""The questions that are kept, each in its split, and why the others are left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Stage
from schemas.exam_questions import ExamQuestion
from schemas.words import SPLITS

_NEW: Final = {
    "rationale": pl.lit(None, pl.String),
    "rationale_by": pl.lit(None, pl.String),
    "human_checked": pl.lit(value=False),
    "human_check_passed": pl.lit(value=False),
}


@dataclass(frozen=True)
class Sorted(Stage):
    """ExamQuestion rows without rationale; a question is rejected for its fate (`schemas.exam_questions.FATES`).

    Those of validation splits that are dropped were never asked for: the table of counts tells how many.
    """

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: ReadQuestion rows of one source; needs `fates`."""
        told = ["id", "split", "split_origin", "fate", "repeats"]
        fates = pl.read_parquet(needs["fates"] / "*.parquet", columns=told)
        rows = frames[0].drop("split").join(fates, on="id", how="left", maintain_order="left")
        gone = ~pl.col("fate").is_in(["kept", "dev_split"])
        why = pl.when(pl.col("repeats").is_not_null()).then(pl.lit("repeats ") + pl.col("repeats"))
        split = pl.lit("of the split ") + pl.col("split").cast(pl.String)
        lost = rows.filter(gone).select("id", reason=pl.col("fate").cast(pl.String), detail=pl.coalesce(why, split))
        kept = rows.filter(pl.col("fate") == "kept").with_columns(pl.col("split").cast(pl.Enum(SPLITS)), **_NEW)
        return Kept(kept.select(ExamQuestion.column_names()), lost.cast(pl.Schema(REJECTED_SCHEMA)))


@dataclass(frozen=True)
class Together(Stage):
    """The questions of all sources in one table; an id that two sources share is rejected by the engine."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: ExamQuestion rows of each source."""
        return pl.concat(frames)
