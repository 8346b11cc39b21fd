"""Images of the studies of a corpus, or volumes of its scans, and which one stands for its study."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import Kept, Stage
from schemas.retrieval import RankedImage, RankedVolume

VIEW_ORDER = ("frontal-pa", "frontal-ap", "frontal", "lateral")
"""A study is shown by its postero-anterior view, else the next of these, else any; then by smallest id."""


@dataclass(frozen=True)
class CorpusKeys(Stage):
    """The key columns of the corpus, under the name that other tables use: study, split."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Study rows."""
        (corpus,) = frames
        return corpus.select(study="id", split="split")


@dataclass(frozen=True)
class RankImages(Stage):
    """Images of studies in the corpus with the split of their study; others are rejected."""

    version = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Image rows and study keys, both of the same studies. Returns RankedImage rows."""
        order = pl.col("view").replace_strict(VIEW_ORDER, range(len(VIEW_ORDER)), default=len(VIEW_ORDER))
        return _ranked(frames, RankedImage.column_names(), order)


@dataclass(frozen=True)
class RankVolumes(Stage):
    """Reconstructions of scans in the corpus with the split of their scan; others are rejected.

    A scan is shown by what the source's setting `reconstruction` takes, where it takes several by the first.
    """

    version = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Volume rows and study keys, both of the same scans. Returns RankedVolume rows."""
        return _ranked(frames, RankedVolume.column_names(), ~pl.col("chosen"), pl.col("reconstruction"))


def _ranked(frames: Sequence[pl.DataFrame], columns: Sequence[str], *order: pl.Expr) -> Kept:
    """Pictures of studies that the corpus has; the first by `order`, then id, stands for its study."""
    pictures, keys = frames
    joined = pictures.drop("split", strict=False).join(keys, on="study", how="left", maintain_order="left")
    known = joined.filter(pl.col("split").is_not_null()).sort("study", *order, "id")
    known = known.with_columns(stands_for_study=pl.int_range(pl.len()).over("study") == 0)
    return Kept(known.select(columns), _unknown(joined))


def _unknown(joined: pl.DataFrame) -> pl.DataFrame:
    return joined.filter(pl.col("split").is_null()).select(
        "id", reason=pl.lit("study_not_in_corpus"), detail=pl.lit("study ") + pl.col("study") + " is not in the corpus"
    )


@dataclass(frozen=True)
class OfStudies(Stage):
    """Rows of studies in the corpus; the other studies are rejected as `study_not_in_corpus`."""

    version = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: rows with a column `study`, and study keys."""
        rows, keys = frames
        known = rows.join(keys, on="study", how="semi", maintain_order="left")
        unknown = rows.join(keys, on="study", how="anti", maintain_order="left").unique("study", maintain_order=True)
        rejected = unknown.select(
            id="study", reason=pl.lit("study_not_in_corpus"), detail=pl.lit("the corpus has no such study")
        )
        return Kept(known, rejected)
