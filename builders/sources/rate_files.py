"""The files of RaTE-Eval: texts in JSON of several shapes, and tables of ratings."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from builders.sources.place import Place
from schemas.errors import SourceError
from schemas.rate_eval import ERROR_TYPES

_TEXT_KEYS: Final = ("report", "text", "sentence")
_NO_RATING: Final = frozenset({"", "id", "index", "unnamed: 0", "split", "study_id", "key"})
_COLUMNS: Final = (*ERROR_TYPES, "errors", "potential", "rating")


def texts_of(place: Place, name: str) -> Mapping[str, str]:
    """Texts by their id, or by their place in a list; raises `SourceError` for what is neither."""
    try:
        found = json.loads(place.read(name))
    except ValueError as error:
        raise SourceError(f"{place.full(name)}: no JSON in UTF-8 ({type(error).__name__}); get it again") from None
    if not isinstance(found, list | dict):
        raise SourceError(f"{place.full(name)}: expected a list of texts, or an object of texts by id")
    items = found.items() if isinstance(found, dict) else enumerate(found)
    return {str(key): _text(value, str(key), place.full(name)) for key, value in items}


def _text(value: Any, key: str, file: str) -> str:
    if isinstance(value, dict):
        value = next((value[name] for name in _TEXT_KEYS if name in value), None)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    if not isinstance(value, str):
        raise SourceError(f"{file}: item {key} is no text, no list of sentences and has no {' or '.join(_TEXT_KEYS)}")
    return value


class Columns(NamedTuple):
    """Which columns hold what, as far as it is told; `setting`: how to tell."""

    rating: str
    errors: Sequence[str]
    potential: Sequence[str]
    setting: str


def rate_table(place: Place, name: str, keys: pl.Series, told: Columns) -> pl.DataFrame:
    """A row per key, in their order: the six kinds of errors, `errors`, `potential` and `rating`, null where not given.

    Raises `SourceError` where the rows are not those of the keys, or where nothing says which column is the rating.
    """
    raw = _in_order(_cells(place, name), keys, place.full(name))
    file, numbers = place.full(name), _numbers(raw)
    for column in filter(None, (told.rating, *told.errors, *told.potential)):
        if column not in numbers:
            why = "is not there" if column not in raw.columns else "holds what is no number"
            raise SourceError(f"{file}: column {column} {why}; the columns are {', '.join(raw.columns)}")
    found = _named(numbers, told, file)
    return pl.DataFrame([found.get(column, _nothing(len(raw))).alias(column) for column in _COLUMNS])


def _named(numbers: Mapping[str, pl.Series], told: Columns, file: str) -> dict[str, pl.Series]:
    if not told.rating and not told.errors:
        return _found(numbers, told, file)
    if told.errors and len(told.errors) != len(ERROR_TYPES):
        raise SourceError(f"{file}: {len(told.errors)} columns of errors, expected six: {', '.join(ERROR_TYPES)}")
    kinds = zip(ERROR_TYPES, told.errors or ERROR_TYPES, strict=True)
    found: dict[str, pl.Series] = {kind: numbers[column] for kind, column in kinds if told.errors}
    if told.errors:
        found["errors"] = _sum(list(found.values()))
    if told.potential:
        found["potential"] = _sum([numbers[column] for column in told.potential])
    return {**found, "rating": numbers[told.rating] if told.rating else _normalised(found)}


def _found(numbers: Mapping[str, pl.Series], told: Columns, file: str) -> dict[str, pl.Series]:
    """Nothing is told: columns of our names, or the only one."""
    if "rating" in numbers:
        return {column: numbers[column] for column in _COLUMNS if column in numbers}
    left = [column for column in numbers if column.lower() not in _NO_RATING]
    if len(left) != 1:
        columns = ", ".join(left) or "none"
        raise SourceError(
            f"{file}: the columns of numbers are {columns}; say which is the rating by --set {told.setting}"
        )
    return {"rating": numbers[left[0]]}


def _normalised(found: Mapping[str, pl.Series]) -> pl.Series:
    """Errors of those that could have been made; without these, the errors themselves."""
    if "potential" not in found:
        return found["errors"]
    share = pl.DataFrame({"e": found["errors"], "p": found["potential"]})
    return share.select(pl.when(pl.col("p") > 0).then(pl.col("e") / pl.col("p")))["e"]


def _sum(columns: Sequence[pl.Series]) -> pl.Series:
    """Null where one is."""
    return pl.DataFrame([c.alias(str(n)) for n, c in enumerate(columns)]).select(
        pl.sum_horizontal(pl.all(), ignore_nulls=False)
    ).to_series()  # fmt: skip


def _nothing(rows: int) -> pl.Series:
    return pl.Series([None] * rows, dtype=pl.Float64)


def _cells(place: Place, name: str) -> pl.DataFrame:
    try:
        rows = list(csv.reader(io.StringIO(place.read(name).decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{place.full(name)}: no CSV in UTF-8 ({type(error).__name__}); get it again") from None
    header, *body = [row for row in rows if row] or [[]]
    if len(set(header)) != len(header) or any(len(row) != len(header) for row in body):
        raise SourceError(f"{place.full(name)}: a column name stands twice, or a row has another number of cells")
    return pl.DataFrame(body, dict.fromkeys(header, pl.String), orient="row")


def _in_order(raw: pl.DataFrame, keys: pl.Series, file: str) -> pl.DataFrame:
    """Rows in the order of the keys: by the column that holds just these, else as they stand."""
    if len(raw) != len(keys):
        raise SourceError(f"{file}: {len(raw):,} rows of ratings for {len(keys):,} pairs; expected a row per pair")
    for column in raw.columns:
        if raw[column].n_unique() == len(keys) and set(raw[column]) == set(keys):
            return keys.to_frame(column).join(raw, on=column, how="left", maintain_order="left")
    return raw


def _numbers(raw: pl.DataFrame) -> dict[str, pl.Series]:
    """Columns in which every cell that is not blank is a number."""
    found = {}
    for column in raw.get_columns():
        plain = column.str.strip_chars().replace("", None)
        number = plain.cast(pl.Float64, strict=False)
        if number.null_count() == plain.null_count() and number.is_finite().fill_null(value=True).all():
            found[column.name] = number
    return found
