"""Columns that a template names, found in a frame, and the text that it makes of a row."""

from typing import Final

import polars as pl

from builders.instructions.fields import COLUMN

_JOINED: Final = "; "


def column(frame: pl.DataFrame, name: str) -> pl.Expr | None:
    """A column by its name, or by the path to a field in it (`case.summary`); None where there is none."""
    if name in frame.columns:
        return pl.col(name)
    head, dot, rest = name.partition(".")
    while dot:
        if head in frame.columns and (found := _field(pl.col(head), frame.schema[head], rest)) is not None:
            return found
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return None


def _field(of: pl.Expr, kind: pl.DataType, path: str) -> pl.Expr | None:
    if not isinstance(kind, pl.Struct):
        return None
    kinds = {field.name: field.dtype for field in kind.fields}
    if path in kinds:
        return of.struct.field(path)
    head, dot, rest = path.partition(".")
    inner = kinds.get(head)
    return _field(of.struct.field(head), inner, rest) if dot and isinstance(inner, pl.DataType) else None


def text(frame: pl.DataFrame, template: str) -> pl.Expr:
    """The text of a template for each row; null where one of its columns is null, missing or blank."""
    parts: list[pl.Expr] = []
    end = 0
    for named in COLUMN.finditer(template):
        parts += [pl.lit(template[end : named.start()]), _said(frame, named[1])]
        end = named.end()
    parts.append(pl.lit(template[end:]))
    return pl.concat_str(parts)


def _said(frame: pl.DataFrame, name: str) -> pl.Expr:
    found = column(frame, name)
    if found is None:
        return pl.lit(None, pl.String)
    return as_text(found, frame.select(found.alias("x")).schema["x"])


def as_text(found: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A column of a kind as texts, null where it is blank.

    A whole number is told without a point, so that it is the same where a file has it among fractions or empty cells.
    """
    if isinstance(kind, pl.List):
        of = kind.inner if isinstance(kind.inner, pl.DataType) else kind.inner()
        found = found.list.eval(as_text(pl.element(), of)).list.join(_JOINED)
    elif isinstance(kind, pl.Struct):
        found = found.struct.json_encode()
    said = found.cast(pl.String)
    said = (said.str.strip_suffix(".0") if kind.is_float() else said).str.strip_chars()
    return pl.when(said != "").then(said)
