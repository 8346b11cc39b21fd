"""Entities under the name that the other tables use for their scan, so that they can be grouped with them."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import Stage
from schemas.radiology import StudyEntity


@dataclass(frozen=True)
class KeyedEntities(Stage):
    """Entity rows with `study`."""

    version = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Entity rows."""
        (entities,) = frames
        return entities.with_columns(study="report").select(StudyEntity.column_names())
