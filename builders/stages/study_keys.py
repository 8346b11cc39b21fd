"""Numbers and hashes that stand for studies while they are ranked."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from builders.stages.hashing import hex_digest
from schemas.scoring import StudyKey


@dataclass(frozen=True)
class StudyKeys(Stage):
    """One row per study, numbered in the order of the ids. `seed` decides ties and samples of the rankings.

    `same_patient`: whether studies of one patient are candidates of each other; duplicates of a text never are.
    """

    seed: str = "medmill"
    same_patient: bool = False

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows (id, patient, dup_group). Returns StudyKey rows."""
        studies = frames[0].select("id", "patient", "dup_group").sort("id")
        patient = _numbered(studies["patient"]) if not self.same_patient else pl.lit(-1, pl.Int32)
        digest = hex_digest(studies["id"], seed=self.seed, length=16)
        return studies.with_row_index("number").select(
            pl.col("number").cast(StudyKey.number.dtype),
            "id",
            seed=digest.str.to_integer(base=16, dtype=pl.UInt64),
            patient=patient,
            group=_numbered(studies["dup_group"]),
        )


def _numbered(values: pl.Series) -> pl.Series:
    """Equal strings, equal numbers; -1 for null."""
    return (values.rank("dense").cast(pl.Int32) - 1).fill_null(-1)
