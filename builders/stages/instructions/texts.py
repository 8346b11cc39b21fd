"""The words of instances, as near copies are looked for in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage


@dataclass(frozen=True)
class Texts(Stage):
    """InstanceText rows: input and first output under each other; none of `tables`, tasks whose inputs are rows of one.

    Such rows have the same words around other values, so thousands are near to each other and no copies.
    """

    tables: tuple[str, ...] = ()

    version: ClassVar[int] = 2
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows."""
        rows = frames[0].filter(~pl.col("task").is_in(self.tables))
        text = pl.concat_str("input", pl.col("outputs").list.first(), separator="\n")
        return rows.select("id", text=text, url=pl.lit(None, pl.String), licence="licence")
