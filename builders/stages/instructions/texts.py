"""The words of instances, as near copies are looked for in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage


@dataclass(frozen=True)
class Texts(Stage):
    """InstanceText rows: input and first output under each other."""

    version: ClassVar[int] = 2

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows."""
        text = pl.concat_str("input", pl.col("outputs").list.first(), separator="\n")
        return frames[0].select("id", text=text, url=pl.lit(None, pl.String), licence="licence")
