"""Rows of one file as a reader of a layout gives them, and frames made of records whose keys and kinds differ."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

NUMBER: Final = "__number"
"""Which record of its file a row was, from 1."""

Bad = tuple[int, str, str]
"""Number of a record that is no row, reason and detail; no word of the corpus in them."""


class FileRows(NamedTuple):
    """`frame`: the columns of the file and `NUMBER`; `bad`: records that are no rows."""

    frame: pl.DataFrame
    bad: Sequence[Bad] = ()


def of_records(records: Sequence[Mapping[str, Any]], numbers: Sequence[int]) -> pl.DataFrame:
    """A column for each key of any record, null where one lacks it, in the order in which they are first seen.

    Kinds stay: numbers, lists, structs of all fields that are seen. Where values of a column have kinds that do not
    go together, all are texts, those that are none as JSON.
    """
    frame = _typed(records)
    if not frame.width:
        frame = pl.DataFrame({NUMBER: pl.Series([], dtype=pl.Int64)}).clear(len(records))
    return frame.with_columns(pl.Series(NUMBER, list(numbers), pl.Int64))


def _typed(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    if not any(records):
        return pl.DataFrame()
    try:
        return parsed("\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode())
    except (pl.exceptions.PolarsError, UnicodeEncodeError):
        keys = dict.fromkeys(key for record in records for key in record)
        return pl.DataFrame([_column(key, [record.get(key) for record in records]) for key in keys])


def _column(key: str, values: list[Any]) -> pl.Series:
    try:
        lines = "\n".join(json.dumps({"value": value}, ensure_ascii=False) for value in values)
        return parsed(lines.encode())["value"].alias(key)
    except (pl.exceptions.PolarsError, UnicodeEncodeError):
        return pl.Series(key, [_text(value) for value in values], pl.String)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else value.encode("utf-8", "replace").decode()
    return json.dumps(value)


def parsed(lines: bytes) -> pl.DataFrame:
    """JSON lines as polars reads them, all of them looked at for columns and kinds; raises `PolarsError`."""
    frame = pl.read_ndjson(io.BytesIO(lines), infer_schema_length=None)
    odd = [name for name, kind in frame.schema.items() if kind in (pl.Null, pl.Int128)]
    return frame.with_columns(pl.col(odd).cast(pl.String)) if odd else frame


def together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several frames under each other, null where one lacks a column; kinds that clash as texts."""
    if len(frames) == 1:
        return frames[0]
    try:
        return pl.concat(frames, how="diagonal_relaxed")
    except pl.exceptions.PolarsError:
        clash = _clashing(frames)
        return pl.concat([frame.with_columns(_texts(frame, clash)) for frame in frames], how="diagonal_relaxed")


def _clashing(frames: Sequence[pl.DataFrame]) -> set[str]:
    kinds: dict[str, set[str]] = {}
    for frame in frames:
        for name, kind in frame.schema.items():
            kinds.setdefault(name, set()).add(str(kind))
    return {name for name, seen in kinds.items() if len(seen) > 1}


def _texts(frame: pl.DataFrame, names: set[str]) -> list[pl.Series]:
    return [as_texts(frame[name]) for name in frame.columns if name in names]


def as_texts(column: pl.Series) -> pl.Series:
    """A column as texts: lists and structs as JSON."""
    if not column.dtype.is_nested():
        return column.cast(pl.String)
    values = [
        None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in column.to_list()
    ]
    return pl.Series(column.name, values, pl.String)
