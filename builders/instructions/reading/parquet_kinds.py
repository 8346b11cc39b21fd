"""Kinds of Parquet columns as those that texts are made of: no arrays, maps, spans of time, or bytes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import polars as pl

from builders.instructions.reading.decoding import REPLACED
from schemas.errors import SourceError

_BROKEN: Final = "__broken"


def demand_kinds(path: str, schema: Any) -> None:
    """Raise `SourceError` for two columns of one name, and for a kind that polars does not have."""
    names: Sequence[str] = schema.names
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise SourceError(f"{path}: two columns are called {twice[0]}; rename one of them")
    for field in schema:
        try:
            pl.from_arrow(schema.empty_table().select([field.name]))
        except Exception:
            told = f"{path}: the column {field.name} is of the kind {field.type}, which is not read"
            raise SourceError(f"{told}; write it as texts, or leave it out") from None


def as_bytes(held: Any) -> Any:
    """A table of arrow whose columns of texts are bytes where they are not UTF-8: polars would break on them."""
    import pyarrow as pa

    for place, field in enumerate(held.schema):
        try:
            held.column(place).validate(full=True)
        except pa.ArrowInvalid:
            column = held.column(place)
            coded = pa.types.is_dictionary(field.type)
            column = pa.chunked_array([one.dictionary_decode() for one in column.chunks]) if coded else column
            held = held.set_column(place, field.name, column.cast(_bytes(column.type)))
    return held


def _bytes(kind: Any) -> Any:
    """A kind of arrow with bytes in the place of texts."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return pa.struct([pa.field(one.name, _bytes(one.type)) for one in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.large_list(_bytes(kind.value_type))
    return pa.large_binary() if pa.types.is_string(kind) or pa.types.is_large_string(kind) else kind


def plain(frame: pl.DataFrame, asked: Sequence[str]) -> tuple[pl.DataFrame, pl.Series]:
    """The frame with plain kinds, and which of its rows have bytes that are no UTF-8 in a column that is asked for.

    Bytes in columns that nobody asks for (pictures) are null.
    """
    broken = pl.Series(_BROKEN, [False], pl.Boolean).new_from_index(0, frame.height)
    made: list[pl.Series] = []
    for column in frame:
        made.append(_column(column))
        if column.dtype == pl.Binary and column.name in asked:
            broken = broken | (column.is_not_null() & made[-1].is_null())
    return pl.DataFrame(made), broken


def _column(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Binary:
        return _decoded(column)
    if column.dtype == pl.Duration:
        return column.dt.to_string("iso")
    if column.dtype == pl.Struct([]):
        return pl.Series(column.name, [None], pl.String).new_from_index(0, len(column))
    wanted = _plain(column.dtype)
    if wanted == column.dtype:
        return column
    try:
        return column.cast(wanted)
    except pl.exceptions.PolarsError:
        return pl.Series(column.name, [None], pl.String).new_from_index(0, len(column))


def _decoded(column: pl.Series) -> pl.Series:
    """Bytes as texts, null where they are none."""
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        texts = [None if one is None else one.decode("utf-8", "replace") for one in column]
        return pl.Series(column.name, [None if one and REPLACED in one else one for one in texts], pl.String)


def _plain(kind: Any) -> pl.DataType:
    """The kind that stands for one of polars, at any depth."""
    if isinstance(kind, pl.List | pl.Array):
        return pl.List(_plain(kind.inner))
    if isinstance(kind, pl.Struct):
        return pl.Struct({field.name: _plain(field.dtype) for field in kind.fields})
    if isinstance(kind, pl.Map):
        return pl.List(pl.Struct({"key": _plain(kind.key), "value": _plain(kind.value)}))
    texts: tuple[Callable[..., Any], ...] = (pl.Binary, pl.Categorical, pl.Enum, pl.Time)
    return pl.String() if isinstance(kind, texts) or kind in texts else kind
