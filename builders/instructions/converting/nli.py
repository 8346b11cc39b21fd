"""Pairs of sentences: whether one follows from the other, and a sentence that stands in a given relation to another."""

from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import CHOICES, DETAIL, GOLD, INPUT, OUTPUTS, REASON, only, settled
from builders.instructions.converting.draws import TOGETHER, Draw
from builders.instructions.converting.template import columns, listed, own_words, rendered
from builders.instructions.converting.values import in_a_line
from builders.instructions.converting.words_of_classes import as_choices, classes, spelt
from builders.instructions.rows import ID
from builders.instructions.task import Task

LABELS: Final = ("entailment", "neutral", "contradiction")
"""The labels of a task without a table of its own."""


def labelled(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """Instances with the label of a pair, or of all hypotheses of a premise.

    A pair stands as `Premise: …` and `Hypothesis: …`, unless the templates have words of their own. With `per` premise
    the rows of one premise (and split and licence) make one instance, under the id of the lowest of theirs; the others
    are neither instances nor rejected, since their words stand in it. Hypotheses are numbered in the order of hashes of
    their ids, and gold are their labels in this order. A label beyond the table is rejected as `unknown_label`.
    """
    drafts = _pairs(rows, task)
    templates = [task.fields["premise"], task.fields["hypothesis"]], [task.fields["label"]]
    if task.fields.get("per", "pair") == "pair":
        lead = "{}\n{}" if any(own_words(one) for one in templates[0]) else "Premise: {}\nHypothesis: {}"
        both = pl.format(lead, "__premise", "__hypothesis")
        return settled(drafts.with_columns(both.alias(INPUT), only(pl.col("__word")).alias(OUTPUTS)), *templates)
    sound = pl.col(REASON).is_null() & pl.all_horizontal(pl.col("__premise", "__hypothesis", "__word").is_not_null())
    both = pl.all_horizontal(pl.col("__premise", "__hypothesis").is_not_null())
    lone = drafts.filter(~sound).with_columns(
        pl.when(both).then("__premise").alias(INPUT), only(pl.col("__word")).alias(OUTPUTS)
    )
    alone = settled(lone, *templates)
    together = settled(_by_premise(drafts.filter(sound), draw), *templates)
    return Kept(together.frame, alone.rejected)


def _pairs(rows: pl.DataFrame, task: Task) -> pl.DataFrame:
    fields = task.fields
    words = fields.get("words") or {label: label for label in LABELS}
    drafts = rows.with_columns(
        rendered(rows, fields["premise"]).alias("__premise"),
        rendered(rows, fields["hypothesis"]).alias("__hypothesis"),
        rendered(rows, fields["label"]).alias("__label"),
    ).with_columns(spelt(pl.col("__label"), words).alias("__word"))
    unknown = pl.col("__label").is_not_null() & pl.col("__word").is_null()
    column = pl.lit(f"column {', '.join(columns(fields['label']))}")
    return drafts.with_columns(
        pl.when(unknown).then(pl.lit("unknown_label")).alias(REASON),
        pl.when(unknown).then(column).alias(DETAIL),
        only(pl.col("__word")).alias(GOLD),
        as_choices(classes(words.values())).alias(CHOICES),
    )


def _by_premise(drafts: pl.DataFrame, draw: Draw) -> pl.DataFrame:
    key = [*TOGETHER, "__premise"]
    shuffled = drafts.with_columns(__order=draw.digests(drafts[ID], "order of hypotheses")).sort("__order", ID)
    number = (pl.int_range(pl.len()) + 1).over(key).cast(pl.String)
    lines = shuffled.with_columns(
        __asked=number + ": " + in_a_line(pl.col("__hypothesis")), __told=number + ": " + pl.col("__word")
    )
    groups = lines.group_by(key, maintain_order=True).agg(
        pl.col(ID).min(),
        pl.col("__asked").str.join("\n"),
        pl.col("__told").str.join("\n"),
        pl.col("__word").alias(GOLD),
    )
    first = drafts.drop(GOLD).sort(ID).join(groups.drop(key), on=ID, maintain_order="left")
    given = pl.col("__premise") + "\n\n" + pl.col("__asked")
    return first.with_columns(given.alias(INPUT), only(pl.col("__told")).alias(OUTPUTS))


def written(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """Instances whose output is a hypothesis with the label that is wanted.

    Pairs with another label are not told further: neither instances nor rejected. One without a label is rejected.
    """
    fields = task.fields
    label = rendered(rows, fields["label"]).str.to_lowercase()
    wanted = (label == fields["wanted"].lower()) | label.is_null()
    held = rows.filter(wanted)
    drafts = held.with_columns(
        rendered(held, fields["premise"]).alias(INPUT), listed(held, fields["hypothesis"]).alias(OUTPUTS)
    )
    has_label = pl.lit(label.filter(wanted).is_not_null())
    drafts = drafts.with_columns(pl.when(has_label).then(OUTPUTS).alias(OUTPUTS))
    return settled(drafts, [fields["premise"]], [fields["label"], fields["hypothesis"]])
