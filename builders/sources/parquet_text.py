"""Columns of Parquet as text, found by name within structs too."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from schemas.errors import SourceError


def has_column(schema: Any, name: str) -> bool:
    """Whether there is such a column; dots lead into structs."""
    return _kind(schema, name) is not None


def _kind(schema: Any, name: str) -> Any:
    """The arrow type of a column; None where there is none."""
    import pyarrow as pa

    if name in schema.names:
        return schema.field(name).type
    head, _, rest = name.partition(".")
    inner = schema.field(head).type if rest and head in schema.names else None
    return _kind(pa.schema(list(inner)), rest) if inner is not None and pa.types.is_struct(inner) else None


def demand_text_column(path: str, schema: Any, column: str) -> None:
    """Raise a `SourceError` that names the columns that are there, unless this one is and holds text."""
    import pyarrow as pa

    kind = _kind(schema, column)
    if kind is None:
        raise SourceError(
            f"{path}: no column {column}; it has {', '.join(schema.names[:30])}; name the one with the text by the "
            "setting text"
        )
    held = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = ("is_string", "is_large_string", "is_string_view", "is_binary", "is_large_binary", "is_binary_view")
    if not any(getattr(pa.types, test)(held) for test in tests):
        raise SourceError(f"{path}: the column {column} holds {kind}; expected text")


def as_texts(batch: Any, columns: Sequence[str]) -> pl.DataFrame:
    """Columns of a batch as text, and `broken`: whether a row has bytes that are not UTF-8."""
    made = [_as_text(_column(batch, column), column) for column in columns]
    broken = [one.alias(f"broken {number}") for number, (_, one) in enumerate(made)]
    frame = pl.DataFrame([text for text, _ in made] + broken)
    return frame.select(*columns, broken=pl.any_horizontal(pl.col("^broken .*$")))


def _column(batch: Any, name: str) -> Any:
    import pyarrow.compute as pc

    if name in batch.schema.names:
        return batch.column(name)
    head, _, rest = name.partition(".")
    found = batch.column(head)
    for key in rest.split("."):
        found = pc.call_function("struct_field", [found], pc.StructFieldOptions([found.type.get_field_index(key)]))
    return found


def _as_text(values: Any, name: str) -> tuple[pl.Series, pl.Series]:
    """The values as text, null where they are not UTF-8; and which those are."""
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    none = pl.Series("broken", [False]).new_from_index(0, len(values))
    if pa.types.is_temporal(values.type) or pa.types.is_nested(values.type) or pa.types.is_primitive(values.type):
        return _plain(pl.Series(name, values)), none
    try:
        text = values.cast(pa.large_string())
        text.validate(full=True)
        return pl.Series(name, text), none
    except pa.ArrowInvalid:
        texts = [_decoded(value) for value in values.cast(pa.large_binary()).to_pylist()]
        return pl.Series(name, [text for text, _ in texts], pl.String), pl.Series([bad for _, bad in texts])


def _plain(values: pl.Series) -> pl.Series:
    """Dates in ISO 8601; lists of text as their items parted by `;`; nothing of what is nested otherwise."""
    if values.dtype.is_temporal():
        return values.dt.to_string("iso:strict")
    if values.dtype == pl.List(pl.String):
        return values.list.join(";", ignore_nulls=True)
    if values.dtype.is_nested():
        return pl.Series(values.name, [None] * len(values), pl.String)
    return values.cast(pl.String)


def _decoded(value: bytes | None) -> tuple[str | None, bool]:
    try:
        return (None if value is None else value.decode()), False
    except UnicodeDecodeError:
        return None, True
