"""A text and all classes it is of."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import CHOICES, DETAIL, GOLD, INPUT, OUTPUTS, REASON, only, settled
from builders.instructions.converting.draws import ROW, Draw
from builders.instructions.converting.template import alone, columns, listed, rendered
from builders.instructions.converting.values import made
from builders.instructions.converting.words_of_classes import as_choices, classes, spelt
from builders.instructions.task import Task

CLOSED: Final = ", "
"""What stands between classes of a table."""
OPEN: Final = "; "
"""What stands between labels that no table closes: headings of MeSH have commas in them."""


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each text; gold are its labels, each once: in the order of the table, else of the corpus.

    A text without labels is answered by `none`, whose word in a table is no label; without such a word it is rejected
    as `empty_output`, one with a label that the table lacks as `unknown_label`. Labels of sentences that were read as
    one document count together.
    """
    fields, words, none = task.fields, task.fields.get("words"), task.fields.get("none")
    labels = _flat(rows, fields["labels"])
    found = _spelt(labels, words, none or "") if words else _plain(labels)
    between = CLOSED if words else OPEN
    drafts = rows.with_columns(rendered(rows, fields["text"]).alias(INPUT), labels.is_not_null().alias("__labelled"))
    drafts = drafts.with_row_index(ROW).join(found, on=ROW, how="left", maintain_order="left")
    gold = pl.when(pl.col("__labelled") | pl.lit(none).is_not_null()).then(pl.col(GOLD).fill_null([]))
    drafts = drafts.with_columns(gold.alias(GOLD))
    said = pl.when(pl.col(GOLD).list.len() > 0).then(pl.col(GOLD).list.join(between)).otherwise(pl.lit(none, pl.String))
    column = pl.lit(f"column {', '.join(columns(fields['labels']))}")
    return settled(
        drafts.with_columns(
            only(said).alias(OUTPUTS),
            as_choices(classes(words.values(), none or "") if words else []).alias(CHOICES),
            pl.when(pl.col(REASON).is_not_null()).then(column).alias(DETAIL),
        ),
        [fields["text"]],
        [fields["labels"]],
    )


def _flat(rows: pl.DataFrame, template: str) -> pl.Series:
    value = alone(template, rows.schema)
    if value and isinstance(value.dtype, pl.List) and isinstance(made(value.dtype.inner), pl.List):
        whole = value.expr.list.eval(pl.element().explode(empty_as_null=False))
        return listed(rows.select(labels=whole), "{labels}")
    return listed(rows, template)


def _plain(labels: pl.Series) -> pl.DataFrame:
    return labels.alias(GOLD).to_frame().with_row_index(ROW).with_columns(pl.lit(None, pl.String).alias(REASON))


def _spelt(labels: pl.Series, words: Mapping[str, str], none: str) -> pl.DataFrame:
    """Columns `ROW`, `GOLD` and `REASON` of rows with labels."""
    long = labels.alias("label").to_frame().with_row_index(ROW).filter(pl.col("label").list.len() > 0).explode("label")
    order = classes(words.values(), none)
    place = pl.col("word").replace_strict(order, list(range(len(order))), default=None, return_dtype=pl.Int32)
    known = (
        long.with_columns(word=spelt(pl.col("label"), words))
        .with_columns(place=place)
        .sort(ROW, "place", maintain_order=True)
    )
    return known.group_by(ROW, maintain_order=True).agg(
        pl.col("word").filter(pl.col("place").is_not_null()).unique(maintain_order=True).alias(GOLD),
        pl.when(pl.col("word").null_count() > 0).then(pl.lit("unknown_label")).alias(REASON),
    )
