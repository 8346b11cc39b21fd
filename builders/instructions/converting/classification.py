"""A text and the one class it is of."""

from collections.abc import Sequence

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import CHOICES, DETAIL, GOLD, INPUT, OUTPUTS, REASON, settled
from builders.instructions.converting.draws import Draw
from builders.instructions.converting.swapped import IS_SWAPPED, swapped
from builders.instructions.converting.template import columns, listed, rendered
from builders.instructions.converting.words_of_classes import as_choices, classes, spelt
from builders.instructions.task import Task


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each text; gold is the class as it is answered.

    Choices are the words of the table in its order; without a table they are `yes` and `no` where the label is made
    here, and else the classes are open. A class that the table lacks is rejected as `unknown_label`, several in one row
    as `several_labels`.
    """
    fields = task.fields
    if "swapped" in fields:
        rows = swapped(rows, fields["swapped"], draw)
    found = _labels(rows, task)
    closed = classes([*_closed(task), fields["none"]] if "none" in fields else _closed(task))
    label = found.select(word=_word(pl.col("label"), task)).to_series()
    drafts = rows.with_columns(
        rendered(rows, fields["text"]).alias(INPUT),
        label.alias("__label"),
        found["reason"].alias("__more"),
        found["label"].is_not_null().alias("__labelled"),
    )
    word = pl.col("__label")
    unknown = pl.when(pl.col("__labelled") & word.is_null()).then(pl.lit("unknown_label"))
    own = pl.col(REASON) if REASON in drafts.columns else pl.lit(None, pl.String)
    reason = pl.coalesce(own, "__more", unknown)
    drafts = drafts.with_columns(
        pl.when(word.is_not_null()).then(pl.concat_list(word)).alias(OUTPUTS),
        pl.when(word.is_not_null()).then(pl.concat_list(word)).alias(GOLD),
        as_choices(closed).alias(CHOICES),
        reason.alias(REASON),
        pl.when(reason.is_not_null()).then(pl.lit(f"column {', '.join(columns(fields['label']))}")).alias(DETAIL),
    )
    return settled(drafts, [fields["text"]], [fields["label"]])


def _labels(rows: pl.DataFrame, task: Task) -> pl.DataFrame:
    """`label` of each row as the corpus has it, and `reason` where that is not one class."""
    labels = listed(rows, task.fields["label"]).to_frame("labels")
    each = pl.col("labels")
    if "holds" in task.fields:
        words = [word.lower() for word in task.fields["holds"]]
        holds = each.list.eval(pl.element().str.to_lowercase().is_in(words)).list.any()
        says = pl.when(holds).then(pl.lit("yes")).otherwise(pl.lit("no"))
        return labels.select(label=pl.when(each.is_not_null()).then(says), reason=pl.lit(None, pl.String))
    several = pl.when(each.list.len() > 1).then(pl.lit("several_labels"))
    first = each.list.get(0, null_on_oob=True)
    none = pl.lit(None, pl.String)
    return labels.select(label=pl.when(several.is_null()).then(first).otherwise(none), reason=several)


def _word(label: pl.Expr, task: Task) -> pl.Expr:
    words, none = task.fields.get("words"), task.fields.get("none")
    word = spelt(label, words) if words else label
    return pl.when(label.is_null()).then(pl.lit(none)).otherwise(word) if none else word


def _closed(task: Task) -> Sequence[str]:
    if words := task.fields.get("words"):
        return list(words.values())
    made_here = "holds" in task.fields or task.fields["label"] == f"{{{IS_SWAPPED}}}"
    return ("yes", "no") if made_here else ()
