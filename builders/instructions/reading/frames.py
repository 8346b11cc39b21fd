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

    Kinds stay: numbers, lists, structs of all fields that are seen. Where some values of a column are lists, others are
    lists of one. Where they have kinds that do not go together otherwise, all are texts, those that are none as JSON.
    Objects of a column that have no key at all are null.
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
    for held in (values, _in_lists(values)):
        try:
            lines = "\n".join(json.dumps({"value": value}, ensure_ascii=False) for value in held)
            return parsed(lines.encode())["value"].alias(key)
        except (pl.exceptions.PolarsError, UnicodeEncodeError):
            continue
    return pl.Series(key, [_text(value) for value in values], pl.String)


def _in_lists(values: Sequence[Any]) -> list[Any]:
    """Values of which some are lists as lists, those that are none as lists of one."""
    if not any(isinstance(value, list) for value in values):
        return list(values)
    return [value if value is None or isinstance(value, list) else [value] for value in values]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else value.encode("utf-8", "replace").decode()
    return json.dumps(value)


def parsed(lines: bytes) -> pl.DataFrame:
    """JSON lines as polars reads them, all of them looked at for columns and kinds; raises `PolarsError`."""
    frame = _read(lines)
    doubted = [name for name in frame.columns if frame.schema[name] == pl.String and _may_be_lists(frame[name])]
    return frame.with_columns(_as_lists(frame, doubted, lines)) if doubted else frame


def _read(lines: bytes) -> pl.DataFrame:
    frame = pl.read_ndjson(io.BytesIO(lines), infer_schema_length=None)
    odd = [name for name, kind in frame.schema.items() if kind in (pl.Null, pl.Int128)]
    none = [name for name, kind in frame.schema.items() if kind == pl.Struct([])]
    return frame.with_columns(
        *(pl.col(one).cast(pl.String) for one in odd), *(pl.lit(None, pl.String).alias(one) for one in none)
    )


def _may_be_lists(texts: pl.Series) -> bool:
    return texts.str.starts_with("[").any()


def _as_lists(frame: pl.DataFrame, names: Sequence[str], lines: bytes) -> list[pl.Series]:
    """Those of the columns in which a record has a list: for one text among lists, polars makes texts of all."""
    try:
        records = [json.loads(line) for line in lines.split(b"\n") if line.strip()]
    except (ValueError, RecursionError):
        return []
    if len(records) != frame.height or not all(isinstance(record, dict) for record in records):
        return []
    found: list[pl.Series] = []
    for name in names:
        values = [record.get(name) for record in records]
        if any(isinstance(value, list) for value in values):
            held = "\n".join(json.dumps({name: value}, ensure_ascii=False) for value in _in_lists(values))
            found.append(_read(held.encode("utf-8", "replace"))[name])
    return found


def without_ours(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows without columns of the file that are called as ours may be (`__split`); `__index_level_0__` is none."""
    ours = [name for name in frame.columns if name.startswith("__") and not name.endswith("__") and name != NUMBER]
    return frame.drop(ours)


def together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several frames under each other, null where one lacks a column; kinds that clash as texts."""
    if len(frames) == 1:
        return frames[0]
    try:
        return pl.concat(frames, how="diagonal_relaxed")
    except pl.exceptions.PolarsError:
        clash = _clashing(frames)
        try:
            return pl.concat([frame.with_columns(_lists(frame, clash)) for frame in frames], how="diagonal_relaxed")
        except pl.exceptions.PolarsError:
            return pl.concat([frame.with_columns(_texts(frame, clash)) for frame in frames], how="diagonal_relaxed")


def _clashing(frames: Sequence[pl.DataFrame]) -> dict[str, bool]:
    """Columns that have several kinds, and whether one of these is a list."""
    kinds: dict[str, dict[str, bool]] = {}
    for frame in frames:
        for name, kind in frame.schema.items():
            kinds.setdefault(name, {})[str(kind)] = isinstance(kind, pl.List)
    return {name: any(seen.values()) for name, seen in kinds.items() if len(seen) > 1}


def _lists(frame: pl.DataFrame, names: Mapping[str, bool]) -> list[pl.Expr]:
    """Columns that are lists elsewhere as lists of one."""
    alone = [name for name, kind in frame.schema.items() if names.get(name) and not isinstance(kind, pl.List)]
    return [pl.when(pl.col(name).is_not_null()).then(pl.concat_list(name)).alias(name) for name in alone]


def _texts(frame: pl.DataFrame, names: Mapping[str, bool]) -> list[pl.Series]:
    return [as_texts(frame[name]) for name in frame.columns if name in names]


def as_texts(column: pl.Series) -> pl.Series:
    """A column as texts: lists and structs as JSON."""
    if not column.dtype.is_nested():
        return column.cast(pl.String)
    values = [
        None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in column.to_list()
    ]
    return pl.Series(column.name, values, pl.String)
