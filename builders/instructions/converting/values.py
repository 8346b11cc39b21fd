"""What a column of a corpus holds, as texts: whichever type its file gave it.

Blanks around a text are cut off, and a text of nothing but blanks is none. A whole number has no point behind it
(`45`, not `45.0`), and truth is `True` or `False`. Options are lines like `A. text`, sections are headings above texts,
other structs are `name: value` lines.
"""

import re
from typing import Final, NamedTuple

import polars as pl
from polars.datatypes import DataTypeClass

_MARK: Final = re.compile(r"[A-Z]|\d{1,2}")
"""Names of fields that are marks of options rather than names of values."""


class Value(NamedTuple):
    """An expression and the type that it will have."""

    expr: pl.Expr
    dtype: pl.DataType


def found(name: str, schema: pl.Schema) -> Value | None:
    """The column of a name, or the field `b` of a column `a` for the name `a.b`; None where the rows have neither.

    A field of a list of structs is a list.
    """
    if name in schema:
        return Value(pl.col(name), schema[name])
    column, _, path = name.rpartition(".")
    above = found(column, schema) if column else None
    return _field(above, path) if above else None


def _field(value: Value, name: str) -> Value | None:
    dtype = value.dtype
    if isinstance(dtype, pl.Struct):
        inner = {field.name: field.dtype for field in dtype.fields}.get(name)
        return Value(value.expr.struct.field(name), made(inner)) if inner else None
    if isinstance(dtype, pl.List) and (below := _field(Value(pl.element(), made(dtype.inner)), name)):
        return Value(value.expr.list.eval(below.expr), pl.List(below.dtype))
    return None


def made(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    """A type of polars that may be written as a class, as an object."""
    return dtype if isinstance(dtype, pl.DataType) else dtype()


def as_text(value: Value) -> pl.Expr:
    """One text; null where there is nothing. Of a list each different one, a line each; of lists in it, one each."""
    expr, dtype = value
    if isinstance(dtype, pl.List):
        nested = isinstance(dtype.inner, pl.List)
        return _said(as_list(value).list.unique(maintain_order=True).list.join(", " if nested else "\n"))
    if isinstance(dtype, pl.Struct):
        return _struct(expr, dtype)
    if dtype == pl.Boolean:
        return pl.when(expr).then(pl.lit("True")).when(expr.not_()).then(pl.lit("False"))
    if dtype.is_float():
        whole = (expr == expr.round()) & (expr.abs() < 2**53)
        number = pl.when(whole).then(expr.cast(pl.Int64, strict=False).cast(pl.String))
        return pl.when(expr.is_finite()).then(number.otherwise(expr.cast(pl.String)))
    return _said(expr.cast(pl.String))


def as_list(value: Value) -> pl.Expr:
    """The texts of a list without its empty places; of any other column a list of one. Null where the column is."""
    expr, dtype = value
    if not isinstance(dtype, pl.List):
        text = as_text(value)
        return pl.when(text.is_not_null()).then(pl.concat_list(text))
    inner = made(dtype.inner)
    return expr.list.eval(element_text(Value(pl.element(), inner))).list.drop_nulls()


def element_text(value: Value) -> pl.Expr:
    """A text of a list; a list in it is one text with blanks, in which `45.0` of a mixed list is a whole number too."""
    if not isinstance(value.dtype, pl.List):
        return as_text(value)
    joined = as_list(value).list.join(" ")
    return _said(joined.str.replace_all(r"\b(\d+)\.0\b", "$1"))


def _struct(expr: pl.Expr, dtype: pl.Struct) -> pl.Expr:
    names = [field.name for field in dtype.fields]
    texts = [as_text(Value(expr.struct.field(field.name), made(field.dtype))) for field in dtype.fields]
    if names == ["letter", "text"]:
        return texts[0] + ". " + texts[1]
    if len(names) == 2 and names[1] == "text":
        return pl.concat_str(texts, separator="\n", ignore_nulls=True).pipe(_said)
    between = ". " if all(_MARK.fullmatch(name) for name in names) else ": "
    lines = [pl.lit(f"{name}{between}") + text for name, text in zip(names, texts, strict=True)]
    return _said(pl.concat_str(lines, separator="\n", ignore_nulls=True)) if lines else pl.lit(None, pl.String)


def in_a_line(text: pl.Expr) -> pl.Expr:
    """A text with a blank for each line break; null where nothing else is in it."""
    return _said(text.str.strip_chars().str.replace_all(r"\s*[\r\n]+\s*", " "))


def _said(text: pl.Expr) -> pl.Expr:
    stripped = text.str.strip_chars()
    return pl.when(stripped != "").then(stripped)
