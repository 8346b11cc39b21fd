"""Reports of subjects that may be trained on, without the official split of their source."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Kept, Stage
from builders.sealed import plain


@dataclass(frozen=True)
class Unsealed(Stage):
    """Report rows without those of sealed subjects, which are rejected as `sealed_subject`.

    `sealed` stands for the list in the fingerprint (`builders.sealed.identity`): settings and manifest name nobody.
    Official splits are dropped: the corpus draws its own, by patient, and a source need not have all three.
    """

    sealed: str = ""
    subjects: frozenset[str] = field(default=frozenset(), repr=False)

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Report rows."""
        reports = frames[0].with_columns(split=pl.lit(None, frames[0].schema["split"]))
        patients = reports["patient"].unique().drop_nulls()
        held = [patient for patient in patients if plain(patient) in self.subjects]
        is_held = pl.col("patient").is_in(pl.Series(held, dtype=pl.String).implode()).fill_null(False)
        rejected = reports.filter(is_held).select(
            "id", reason=pl.lit("sealed_subject"), detail=pl.lit("a subject of the list of sealed ones")
        )
        return Kept(reports.filter(~is_held), rejected)
