"""Which instances may be drawn: those that nothing speaks against."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import Kept, Stage
from builders.instructions.people import MIMIC
from builders.stages.hashing import number
from schemas.instructions import FATES, Drawable

LEAKS: Final = ("sealed_subject", "in_test", "document_in_test", "contaminated")
"""What is always left out: it would let a benchmark be learnt by heart."""


@dataclass(frozen=True)
class DrawableRows(Stage):
    """Drawable rows; those of train and validation that a fate of `leaves_out` speaks against are rejected by its name.

    Needs tables of InstanceFate: `twins`, `documents`, and `near` where near copies are looked for. Reads InstanceFlaw
    rows too, and Overlap rows where questions of benchmarks are known. Instances of the `subjects`, patients of MIMIC,
    are rejected as `sealed_subject`; `sealed` stands for the list in the fingerprint, and names nobody.
    """

    leaves_out: tuple[str, ...] = ("duplicate",)
    sealed: str = ""
    subjects: frozenset[str] = field(default=frozenset(), repr=False)

    version: ClassVar[int] = 2
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: InstanceKey rows, and InstanceFlaw and Overlap rows of these."""
        rows = frames[0].filter(pl.col("split") != "test")
        found = [fates_of(rows["id"], folder) for folder in needs.values()]
        found += [_spoken(frame) for frame in frames[1:]]
        found.append(self._sealed(rows))
        told = pl.concat([one.cast({"fate": pl.String}) for one in found])
        told = told.filter(pl.col("fate").is_in([*LEAKS, *self.leaves_out]))
        order = pl.col("fate").replace_strict(
            {fate: at for at, fate in enumerate((*LEAKS, *FATES))}, default=len(FATES)
        )
        out = told.sort(order, "fate", "id", "of").unique("id", keep="first", maintain_order=True)
        out = out.join(rows.select("id"), on="id", how="semi")
        rejected = out.select("id", reason="fate", detail="of").sort("id")
        kept = rows.join(out, on="id", how="anti", maintain_order="left")
        return Kept(kept.select(Drawable.column_names()), rejected)

    def _sealed(self, rows: pl.DataFrame) -> pl.DataFrame:
        keys = number(pl.Series([f"{MIMIC}/{subject}" for subject in sorted(self.subjects)], dtype=pl.String))
        held = rows.filter(pl.col("document_key").is_in(keys.implode()))
        return held.select("id", fate=pl.lit("sealed_subject"), of=pl.lit("a subject of the list of sealed ones"))


def _spoken(frame: pl.DataFrame) -> pl.DataFrame:
    """Flaws, or overlaps with a benchmark, as fates."""
    if "flaw" in frame.columns:
        return frame.select("id", fate=pl.col("flaw").cast(pl.String), of="detail")
    return frame.select("id", fate=pl.lit("contaminated"), of=pl.format("holds {}", "item"))


def fates_of(ids: pl.Series, folder: Path) -> pl.DataFrame:
    """The fates of those instances that have one; `folder` is that of a finished table of InstanceFate."""
    asked = ids.alias("id").to_frame().lazy()
    between = pl.col("id").is_between(pl.lit(ids.min()), pl.lit(ids.max()))
    rows = pl.scan_parquet(folder / "*.parquet").filter(between)
    found = rows.join(asked, on="id", how="semi").collect(engine="streaming")
    return found.select("id", "fate", of=pl.format("of {}", "of"))
