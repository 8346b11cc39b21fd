"""The rows of CSV bytes: a fast reader for what any reader understands, a careful one for blocks that hold bad rows."""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from builders.sources.quotes import is_plain, records

_QUOTES = "a stray quote, or one that is never closed"


class BadRow(NamedTuple):
    """A record that is no row: its number among the records (from 0), its first byte, and why."""

    number: int
    byte: int
    why: str


class Rows(NamedTuple):
    """`frame`: every column as text, null where a cell is empty; `numbers`: which record each of its rows was."""

    frame: pl.DataFrame
    numbers: pl.Series
    bad: list[BadRow]


def columns_of(head: bytes, separator: str) -> list[str]:
    """The columns that a header names, each under a name of its own."""
    return _fast(head, separator).columns


def csv_rows(block: bytes, separator: str) -> Rows:
    """The rows of whole records, the first of which is the header.

    A record with more cells than columns, an open quote, or a stray quote in a quoted cell is a bad row; the others
    stand. A record with fewer cells has nulls. Bytes that are not UTF-8 become U+FFFD.
    """
    if is_plain(block, separator):
        try:
            frame = _fast(block, separator)
        except pl.exceptions.PolarsError:
            pass
        else:
            return Rows(frame, pl.Series("number", np.arange(frame.height)), [])
    return _careful(block, separator)


def _fast(block: bytes, separator: str) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(block), separator=separator, infer_schema=False, encoding="utf8-lossy")


def _careful(block: bytes, separator: str) -> Rows:
    csv.field_size_limit(2**31 - 1)
    each = _each(block, separator)
    header, _ = next(each)
    columns = columns_of(block[: header.stop], separator)
    cells: list[list[str | None]] = []
    numbers, bad = [], []
    for number, (where, row) in enumerate(each):
        if isinstance(row, str):
            bad.append(BadRow(number, where.start, row))
        elif len(row) > len(columns):
            bad.append(BadRow(number, where.start, f"{len(row)} cells, expected {len(columns)}"))
        else:
            numbers.append(number)
            cells.append([*(cell or None for cell in row), *([None] * (len(columns) - len(row)))])
    frame = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String), orient="row")
    return Rows(frame, pl.Series("number", numbers, pl.Int64), bad)


def _each(block: bytes, separator: str) -> Iterator[tuple[slice, list[str] | str]]:
    """Where every record lies, and its cells, or why it is no row."""
    found = records(block, separator, whole=True)
    ends = found.ends.tolist()
    if (ends[-1] if ends else 0) < len(block):
        ends.append(len(block))
    doubted = set(np.searchsorted(ends, found.doubtful, side="right").tolist())
    start = 0
    for number, end in enumerate(ends):
        where = slice(start, end)
        yield where, _QUOTES if number in doubted else _cells(block[where], separator)
        start = end


def _cells(record: bytes, separator: str) -> list[str] | str:
    text = record.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return "a line end within a cell without quotes, or a cell that is too long"
