"""Runs of rows of a Parquet file that hold about the same bytes of text, cut by its metadata alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from builders.sources.parquet_text import as_texts, has_column
from builders.sources.place import readable
from builders.sources.web_files import WebFile
from schemas.errors import SourceError

_BUFFER = 2**20
_BATCHES = 8
"""A run is read in as many batches: each row group before a run is decoded up to it, and thrown away."""


class Run(NamedTuple):
    """Rows from `start` up to `end` of a file, and about how many bytes of text they hold."""

    start: int
    end: int
    bytes: int


@contextmanager
def opened(file: WebFile) -> Iterator[Any]:
    """The file as pyarrow has it; raises `SourceError` for what is no Parquet, is cut off, or has kinds of its own."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        with readable(file.path), file.place.fs.open(file.path, "rb") as raw:
            yield ParquetFile(raw, buffer_size=_BUFFER)
    except pa.ArrowNotImplementedError as error:
        why = str(error).partition("\n")[0]
        raise SourceError(f"{file.path}: a kind of column that is not read ({why}); write it as texts") from None
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise SourceError(f"{file.path}: no Parquet file, cut off or damaged; make or download it again") from None


def runs(metadata: Any, column: str, part_bytes: int) -> Iterator[Run]:
    """Runs of about `part_bytes` of unpacked bytes of the column: several row groups, or a piece of one."""
    start, held, first = 0, 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        rows, size = group.num_rows, _size(group, column)
        if size > part_bytes:
            if start > first:
                yield Run(first, start, held)
            yield from _pieces(start, rows, size, part_bytes)
            start, held, first = start + rows, 0, start + rows
            continue
        if start > first and held + size > part_bytes:
            yield Run(first, start, held)
            first, held = start, 0
        start, held = start + rows, held + size
    if start > first:
        yield Run(first, start, held)


def _pieces(start: int, rows: int, size: int, part_bytes: int) -> Iterator[Run]:
    pieces = min(-(-size // part_bytes), rows)
    edges = [start + rows * number // pieces for number in range(pieces + 1)]
    for low, high in pairwise(edges):
        yield Run(low, high, size * (high - low) // rows)


def _size(group: Any, column: str) -> int:
    columns = [group.column(number) for number in range(group.num_columns)]
    return sum(one.total_uncompressed_size for one in columns if one.path_in_schema.startswith(column))


def read_run(file: WebFile, start: int, end: int, columns: Sequence[str]) -> pl.DataFrame:
    """Columns as text, null where a file has none, and `broken`: rows with bytes that are not UTF-8.

    Only the row groups that hold the rows are read, and of them the columns asked for.
    """
    with opened(file) as found:
        there = [column for column in columns if has_column(found.schema_arrow, column)]
        parts = []
        for batch, at in _batches(found, start, end, there):
            low, high = max(start - at, 0), min(end - at, batch.num_rows)
            if low < high:
                parts.append(as_texts(batch.slice(low, high - low), there))
    frame = pl.concat(parts)
    absent = [pl.lit(None, pl.String).alias(column) for column in columns if column not in there]
    return frame.with_columns(absent).select(*columns, "broken")


def read_kinds(file: WebFile, start: int, end: int) -> Any:
    """Rows with all their columns as the file has them: a table of arrow."""
    import pyarrow as pa

    with opened(file) as found:
        parts = [
            batch.slice(max(start - at, 0), min(end - at, batch.num_rows) - max(start - at, 0))
            for batch, at in _batches(found, start, end, found.schema_arrow.names)
            if at + batch.num_rows > start
        ]
        return pa.Table.from_batches(parts) if parts else found.schema_arrow.empty_table()


def _batches(found: Any, start: int, end: int, columns: Sequence[str]) -> Iterator[tuple[Any, int]]:
    groups, first, before = [], 0, 0
    for number in range(found.metadata.num_row_groups):
        rows = found.metadata.row_group(number).num_rows
        if before < end and before + rows > start:
            first = first if groups else before
            groups.append(number)
        before += rows
    at = first
    for batch in found.iter_batches(max((end - start) // _BATCHES, 1), row_groups=groups, columns=list(columns)):
        yield batch, at
        at += batch.num_rows
        if at >= end:
            return
