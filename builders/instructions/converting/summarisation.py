"""Long texts and their short ones."""

from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import INPUT, OUTPUTS, settled
from builders.instructions.converting.draws import Draw
from builders.instructions.converting.template import listed, rendered
from builders.instructions.converting.text_to_text import below
from builders.instructions.task import Task

SHORTEST: Final = 100
"""Characters of a summary that is cut out of a text. A shorter one, a title or a question, may be a sentence of it."""


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each text, under its background if it has one; several summaries are several right ones.

    Where a summary stands in the text word for word (as the summary of the authors does in an article), it is cut out
    of it. A text that holds nothing else is rejected as `empty_input`.
    """
    asked, answer = task.fields["text"], task.fields["summary"]
    both = pl.DataFrame({"text": rendered(rows, asked), "summaries": listed(rows, answer)})
    text = both.with_columns(_without(both)).select(pl.when(pl.col("text") != "").then(pl.col("text"))).to_series()
    drafts = rows.with_columns(below(rows, task, text).alias(INPUT), both["summaries"].alias(OUTPUTS))
    return settled(drafts, [asked], [answer])


def _without(both: pl.DataFrame) -> pl.Expr:
    """The texts without their summaries, as many as a row has."""
    text = pl.col("text")
    for place in range(both.select(pl.col("summaries").list.len().max()).item() or 0):
        summary = pl.col("summaries").list.get(place, null_on_oob=True)
        parts = text.str.split(summary).list.eval(pl.element().str.strip_chars())
        rest = parts.list.eval(pl.element().filter(pl.element() != "")).list.join("\n")
        text = (
            pl.when(summary.str.len_chars() >= SHORTEST, text.str.contains(summary, literal=True))
            .then(rest)
            .otherwise(text)
        )
    return text.alias("text")
