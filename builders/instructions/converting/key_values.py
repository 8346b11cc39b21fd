"""Rows of a table as text, a line for each column, and one column that is to be told from them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import CHOICES, DETAIL, GOLD, INPUT, OUTPUTS, REASON, only, settled
from builders.instructions.converting.draws import Draw
from builders.instructions.converting.template import alone, columns, rendered
from builders.instructions.converting.values import as_list, as_text, found
from builders.instructions.converting.words_of_classes import as_choices, classes, spelt
from builders.instructions.rows import OURS
from builders.instructions.task import Task

OF_FILES: Final = ("file", "name", "key")
"""Columns that tell where a row was read: they are told only where `columns` names them."""


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each row: `name: value` lines of what has a value, in the order of the task, or of the file.

    The column of the label is never among them. Options stand below, a line each; those of a column are all its values
    in the frame, sorted. A label that is no option is rejected as `answer_beyond_options`, one that the table of words
    lacks as `unknown_label`. Gold is the label as it is answered.
    """
    fields = task.fields
    words, options = fields.get("words"), _options(rows, fields.get("options", ()))
    told = _told(rows, fields)
    below = "\n\n" + "\n".join(options) if options else ""
    drafts = rows.with_columns(
        rows.with_columns(__lines=_lines(rows.schema, told))["__lines"].alias(INPUT),
        rendered(rows, fields["label"]).alias("__label"),
    )
    label = pl.col("__label")
    word = spelt(label, words) if words else label
    unknown = label.is_not_null() & word.is_null()
    beyond = pl.lit(bool(options)) & word.is_in(options or [""]).not_()
    reason = pl.when(unknown).then(pl.lit("unknown_label")).when(beyond).then(pl.lit("answer_beyond_options"))
    column = pl.lit(f"column {', '.join(columns(fields['label']))}")
    return settled(
        drafts.with_columns(
            (pl.col(INPUT) + pl.lit(below)).alias(INPUT),
            only(word).alias(OUTPUTS),
            only(word).alias(GOLD),
            as_choices(options or (classes(words.values()) if words else [])).alias(CHOICES),
            reason.alias(REASON),
            pl.when(reason.is_not_null()).then(column).alias(DETAIL),
        ),
        [f"{{{name}}}" for name in told],
        [fields["label"]],
    )


def _told(rows: pl.DataFrame, fields: Mapping[str, Any]) -> list[str]:
    hidden = {*fields.get("leave_out", ()), *columns(fields["label"])}
    named = fields.get("columns") or [name for name in rows.columns if name not in (*OURS, *OF_FILES)]
    return [name for name in named if name not in hidden]


def _lines(schema: pl.Schema, told: Sequence[str]) -> pl.Expr:
    """Null where no column has a value."""
    values = {name: value for name in told if (value := found(name, schema))}
    lines = [pl.lit(f"{name}: ") + as_text(value) for name, value in values.items()]
    text = pl.concat_str(lines, separator="\n", ignore_nulls=True) if lines else pl.lit("")
    return pl.when(text != "").then(text)


def _options(rows: pl.DataFrame, slot: Sequence[str]) -> list[str]:
    """The options that the task names, a column among them as all that it holds."""
    options: list[str] = []
    for one in slot:
        value = alone(one, rows.schema)
        if value:
            held = rows.select(as_list(value).explode(empty_as_null=False).alias("value")).to_series()
            options += held.drop_nulls().unique().sort().to_list()
        elif not columns(one):
            options.append(one)
    return list(dict.fromkeys(options))
