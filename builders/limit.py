"""`--limit N`: only the first N rows, by id, of the table that the others hang on."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl

from builders.base import Kept, Recipe, Stage, Table
from schemas.errors import UsageError

ALL = ".all"


@dataclass(frozen=True)
class FirstIds(Stage):
    """The rows whose id is among the first `count` of all partitions."""

    count: int
    column: str

    selects = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame | Kept:
        """`frames`: one partition; `needs["all"]`: all of them."""
        files = tuple((path, path.stat().st_mtime_ns) for path in sorted(needs["all"].glob("*.parquet")))
        last = _last_id(files, self.column, self.count)
        (rows,) = frames
        return rows if last is None else rows.filter(pl.col(self.column) <= last)


@cache
def _last_id(files: tuple[tuple[Path, int], ...], column: str, count: int) -> str | None:
    ids = pl.scan_parquet([path for path, _ in files]).select(column).sort(column).head(count).collect().to_series()
    return ids[-1] if len(ids) else None


def limited(recipe: Recipe, count: int) -> Recipe:
    """The recipe on the first `count` rows of its first source table; all else follows from that table."""
    if count < 1:
        raise UsageError(f"--limit {count}: expected a number of studies, at least 1")
    first = next(table for table in recipe.tables if table.source)
    whole = replace(first, name=first.name + ALL, publish=False)
    stage = FirstIds(count, first.schema.primary_key()[0])
    part = Table(
        first.name, first.schema, stage, (whole.name,), needs={"all": whole.name}, publish=first.publish,
        split=first.split, input_id=stage.column,
    )  # fmt: skip
    tables = [replacement for table in recipe.tables for replacement in ([whole, part] if table is first else [table])]
    return replace(recipe, tables=tables)
