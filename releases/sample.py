"""Made-up rows in the columns of a release, so that a loader can be written before access is granted."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import polars as pl

from releases.shards import write_split
from schemas.manifest import ColumnRecord
from schemas.release import Config

ROWS: Final = 5
_ITEMS: Final = 2
_HASH: Final = "_hash"


def write_sample(release: Path, configs: Iterable[Config]) -> None:
    """Write `sample/<config>/<split>-00000-of-00001.parquet`: `ROWS` rows of every split, the same each time."""
    for config in configs:
        for split, record in config.splits.items():
            schema = pl.read_parquet_schema(release / record.files[0].path)
            columns = {column.name: column for column in config.columns}
            made = {
                name: pl.Series([_value(columns[name], dtype, split, row) for row in range(ROWS)], dtype=dtype)
                for name, dtype in schema.items()
            }
            write_split(release / "sample", config.name, split, [pl.DataFrame(made)])


def _value(column: ColumnRecord, dtype: Any, split: str, row: int) -> Any:
    """One made-up value; ids are the same in every table, so that tables join."""
    if column.name == "split":
        return split
    if column.name.endswith(_HASH):
        return blake2b(f"{column.name} {row}".encode(), digest_size=16).hexdigest()
    if column.tag in ("id", "quasi_identifier") and dtype == pl.String:
        return f"made-up-{split}-{(row + 1) % ROWS if column.name == 'candidate' else row}"
    return _made(column.name, dtype, row)


def _made(name: str, dtype: Any, row: int) -> Any:
    if isinstance(dtype, pl.List):
        return [_made(name, dtype.inner, row + item) for item in range(_ITEMS)]
    if isinstance(dtype, pl.Struct):
        return {field.name: _made(field.name, field.dtype, row) for field in dtype.fields}
    if dtype == pl.Boolean:
        return row % 2 == 0
    if dtype.is_integer():
        return row + 1
    if dtype.is_float():
        return 1 - row / ROWS
    if dtype == pl.Date:
        return date(2000, 1, 1) + timedelta(days=row)
    return f"made-up {name} {row}"
