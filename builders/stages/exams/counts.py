"""How many questions each source gives to each split, beside the published table."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import Stage
from schemas.exam_questions import QuestionCount
from schemas.published_exams import published

_FATES: Final = {
    "kept": "kept",
    "dev_split": "dev_split",
    "needs_image": "left_out_for_image",
    "in_test": "in_test",
    "duplicate": "duplicates",
    "near_duplicate": "near_duplicates",
}


@dataclass(frozen=True)
class Counts(Stage):
    """QuestionCount rows, one per source and split that has questions."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: QuestionFate rows."""
        kept = pl.col("fate") == "kept"
        counted = (
            frames[0]
            .group_by("source", "split")
            .agg(
                pl.col("language").first(),
                read=pl.len(),
                **{column: (pl.col("fate") == fate).sum() for fate, column in _FATES.items()},
                **{mark: (kept & pl.col(mark)).sum() for mark in ("needs_image", "multiple_answers")},
            )
        )
        places = counted.select("source", "split").iter_rows()
        known = pl.Series([published(source, split) for source, split in places], dtype=pl.Int64)
        return (
            counted.with_columns(published=known)
            .sort("source", "split")
            .select(pl.col(name).cast(column.dtype) for name, column in QuestionCount.columns().items())
        )
