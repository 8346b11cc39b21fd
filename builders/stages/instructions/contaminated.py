"""Which questions of benchmarks stand in which instances."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from builders.stages.mill.contamination import Contamination


@dataclass(frozen=True)
class Contaminated(Stage):
    """Overlap rows of instances that are not of test, in their inputs and all their outputs. Needs `questions`."""

    inner: Contamination = field(default_factory=Contamination)

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows."""
        rows = frames[0].filter(pl.col("split") != "test")
        text = pl.concat_str("input", pl.col("outputs").list.join("\n"), separator="\n")
        return self.inner(rows.select("id", "licence", text=text), **needs)
