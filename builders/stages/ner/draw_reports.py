"""Which reports a corpus of sentences is made of: drawn evenly over sources, modalities and regions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import polars as pl

from builders.base import Stage
from builders.settings import AtLeastOne
from builders.stages.hashing import hex_digest
from schemas.ner import DrawnReport

STRATUM: Final = ("source", "modality", "region")


@dataclass(frozen=True)
class DrawReports(Stage):
    """DrawnReport rows. `reports`: how many are drawn; every stratum gives as many, a small one all it has.

    Which ones of a stratum is up to a hash of their ids. Copies of one text count once: the others are not drawn.
    """

    sources: tuple[str, ...]
    reports: AtLeastOne = 2000
    seed: str = "medmill"

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: of every source Study rows, then of every source Exam rows."""
        n = len(self.sources)
        parts = [
            corpus.select("id", "split", "dup_group", source=pl.lit(name)).join(
                exams, left_on="id", right_on="study", how="left", maintain_order="left"
            )
            for name, corpus, exams in zip(self.sources, frames[:n], frames[n:], strict=True)
        ]
        known = pl.concat(parts).unique("id", keep="first", maintain_order=True)
        order = known.with_columns(turn=hex_digest(known["id"], seed=self.seed)).sort("turn", "id")
        order = order.with_columns(copy=~pl.col("dup_group").is_first_distinct())
        place = (~pl.col("copy")).cum_sum().over(*STRATUM)
        order = order.with_columns(place=pl.when(~pl.col("copy")).then(place))
        share = _share(order.drop_nulls("place")["place"], self.reports)
        drawn = (pl.col("place") <= share).fill_null(False)
        return order.with_columns(drawn=drawn).sort("id").select(DrawnReport.column_names())


def _share(places: pl.Series, wanted: int) -> Any:
    """The most that one stratum gives, so that all together give at most `wanted`, but one each where they can.

    `places`: of every report its number within its stratum, from 1.
    """
    sizes = places.value_counts(name="strata").sort("place")  # how many strata have a report of this number
    within = sizes.filter(pl.col("strata").cum_sum() <= wanted)
    return max(within.height, 1)
