"""What kind of examination each report is of: as the source says, else as its heading does."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from annotators.exams.headings import exams
from builders.base import Stage
from schemas.exams import Exam

_HEADED: Final = ("examination", "preamble", "technique")
"""Sections that name the examination, the one to be believed most first."""


@dataclass(frozen=True)
class HeadedKinds(Stage):
    """Exam rows of reports by their own headings. `shows`: the kind of all, where the source has one kind alone."""

    shows: tuple[str, str] | None = None

    version: ClassVar[int] = 1
    data: ClassVar[tuple[str, ...]] = ("annotators/exams/*.tsv",)

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Report rows."""
        reports = frames[0].select("id", "sections")
        if self.shows:
            kinds = dict(zip(("modality", "region"), map(pl.lit, self.shows), strict=True))
            return reports.select(study="id", **kinds).select(
                pl.col(name).cast(kind) for name, kind in _schema().items()
            )
        found = reports.select(study="id").with_columns(_nothing())
        for section in _HEADED:
            found = _first(found, exams(reports["id"], _text_of(reports, section)))
        return found


@dataclass(frozen=True)
class NamedKinds(Stage):
    """Exam rows of the source before those of headings; each column by itself."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Exam rows by headings, and of the source; what the source names beyond the reports is left out."""
        headed, named = frames
        return _first(headed.select("study").join(named, on="study", how="left", maintain_order="left"), headed)


def _first(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """What `one` says, else `other`; rows of both in the same order."""
    other = one.select("study").join(other, on="study", how="left", maintain_order="left")
    return one.with_columns(pl.coalesce(pl.col(name), other[name]).alias(name) for name in ("modality", "region"))


def _text_of(reports: pl.DataFrame, section: str) -> pl.Series:
    """The first section of a name; null where there is none."""
    named = pl.element().struct.field("name") == section
    texts = pl.col("sections").list.eval(pl.element().filter(named).struct.field("text"))
    return reports.select(texts.list.first()).to_series()


def _schema() -> dict[str, pl.DataType]:
    return {name: column.dtype for name, column in Exam.columns().items()}


def _nothing() -> list[pl.Expr]:
    return [pl.lit(None, kind).alias(name) for name, kind in _schema().items() if name != "study"]
