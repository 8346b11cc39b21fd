"""Reports of subjects that may be in a corpus, with the official split of their source or without it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import polars as pl

from builders.base import Kept, Stage
from builders.sealed import plain

Splits = Literal["official", "drawn"]


@dataclass(frozen=True)
class Unsealed(Stage):
    """Report rows without those of sealed subjects, which are rejected as `sealed_subject`.

    `sealed` stands for the list in the fingerprint (`builders.sealed.identity`): settings and manifest name nobody.
    `splits`: those of the source are kept where it has some (what other datasets test with is tested with here), or
    dropped, so that all are drawn: a source need not have all three.
    """

    sealed: str = ""
    splits: Splits = "official"
    subjects: frozenset[str] = field(default=frozenset(), repr=False)

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Report rows."""
        reports = frames[0]
        if self.splits == "drawn":
            reports = reports.with_columns(split=pl.lit(None, reports.schema["split"]))
        patients = reports["patient"].unique().drop_nulls()
        held = [patient for patient in patients if plain(patient) in self.subjects]
        is_held = pl.col("patient").is_in(pl.Series(held, dtype=pl.String).implode()).fill_null(False)
        rejected = reports.filter(is_held).select(
            "id", reason=pl.lit("sealed_subject"), detail=pl.lit("a subject of the list of sealed ones")
        )
        return Kept(reports.filter(~is_held), rejected)
