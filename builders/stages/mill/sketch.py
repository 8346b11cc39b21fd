"""The shingles of texts that others may be near to."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from builders.duplicates.minhash import Shingling
from builders.duplicates.sketches import sketches
from schemas.duplicates import Sketch as SketchRow


@dataclass(frozen=True)
class Sketch(Stage):
    """Sketch rows of the texts that are suspects, each once per partition."""

    shingling: Shingling = field(default_factory=Shingling)

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Document and Signature rows of the same documents; needs `suspects`."""
        texts, signatures = frames
        mine = signatures.select("id", "key", "letters").unique("key", keep="first", maintain_order=True)
        suspects = pl.scan_parquet(needs["suspects"] / "*.parquet").join(
            mine.lazy().select("key"), on="key", how="semi"
        )
        found = mine.join(suspects.collect(engine="streaming"), on="key", how="semi", maintain_order="left")
        rows = found.join(texts.select("id", "text"), on="id", how="left", maintain_order="left")
        return rows.select("key", "letters", hashes=sketches(rows["text"], self.shingling)).select(
            SketchRow.column_names()
        )
