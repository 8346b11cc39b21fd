"""Rows of Parquet, a run of them at a time, every column as text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl

from builders.base import Shard
from builders.sources.csv_files import demand_columns
from builders.sources.place import Place, digest, readable
from schemas.errors import SourceError

ROWS = 5000
MOMENT = "%Y-%m-%dT%H:%M:%S"
"""How dates and times are written as text, whatever their unit."""


@contextmanager
def _opened(place: Place, name: str) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    path = place.full(name)
    try:
        with readable(path), place.fs.open(path, "rb") as file:
            yield ParquetFile(file)
    except pa.ArrowInvalid:
        raise SourceError(f"{path}: no Parquet file, or cut off; make or download it again") from None


def parquet_shards(place: Place, name: str, columns: Sequence[str]) -> Iterator[Shard]:
    """Runs of rows; raises a `SourceError` for columns that are not there, or hold what is no text."""
    with _opened(place, name) as found:
        demand_columns(place.full(name), found.schema_arrow.names, columns)
        _demand_plain(place.full(name), pl.from_arrow(found.schema_arrow.empty_table()), columns)
        rows = found.metadata.num_rows
        groups = [found.metadata.row_group(group) for group in range(found.metadata.num_row_groups)]
        width = sum(group.total_byte_size for group in groups) // max(rows, 1)
    identity = place.identity(name)
    for start in range(0, rows, ROWS):
        end = min(start + ROWS, rows)
        yield Shard(f"{name}:{start}-{end}", digest(identity, f"{start}-{end}"), end - start, (end - start) * width)


def read_parquet(place: Place, name: str, start: int, end: int, columns: Sequence[str]) -> pl.DataFrame:
    """Only the row groups that hold the rows are read, batch by batch."""
    import pyarrow as pa

    with _opened(place, name) as found:
        groups, first, before = [], 0, 0
        for group in range(found.metadata.num_row_groups):
            rows = found.metadata.row_group(group).num_rows
            if before < end and before + rows > start:
                first = before if not groups else first
                groups.append(group)
            before += rows
        batches, at = [], first
        for batch in found.iter_batches(ROWS, row_groups=groups, columns=list(dict.fromkeys(columns))):
            low, high = max(start - at, 0), min(end - at, batch.num_rows)
            if low < high:
                batches.append(batch.slice(low, high - low))
            at += batch.num_rows
            if at >= end:
                break
        frame = pl.from_arrow(pa.Table.from_batches(batches))
    assert isinstance(frame, pl.DataFrame)
    return frame.select(_as_text(frame.get_column(column)) for column in columns)


def _demand_plain(path: str, empty: Any, columns: Sequence[str]) -> None:
    for column in columns:
        kind = empty.schema[column]
        if kind.is_nested() and not (isinstance(kind, pl.List | pl.Array) and kind.inner == pl.String):
            raise SourceError(f"{path}: column {column} holds {kind}; expected text, numbers, dates, or lists of text")


def _as_text(column: pl.Series) -> pl.Series:
    """Lists as their items parted by `;`, bytes as UTF-8 with U+FFFD where they are not."""
    kind = column.dtype
    if kind == pl.Binary:
        texts = [value if value is None else value.decode("utf-8", "replace") for value in column.to_list()]
        return pl.Series(column.name, texts, dtype=pl.String)
    if kind in (pl.Date, pl.Datetime):
        return column.cast(pl.Datetime).dt.to_string(MOMENT) if kind == pl.Date else column.dt.to_string(MOMENT)
    if isinstance(kind, pl.Array):
        column = column.arr.to_list()
    return column.list.join(";", ignore_nulls=True) if isinstance(kind, pl.List | pl.Array) else column.cast(pl.String)
