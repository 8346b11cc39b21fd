"""A text in, a text out: summaries, sections of reports, translations, dialogues, answers in sentences."""

from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting.drafts import INPUT, OUTPUTS, settled
from builders.instructions.converting.draws import Draw
from builders.instructions.converting.template import listed, rendered
from builders.instructions.task import Task

BEFORE: Final = ("background", "context")
"""Slots that a task can do without: where their columns are empty, they and the words around them are left out."""
GIVEN: Final = ("text", "question", "source")
ANSWERED: Final = ("summary", "answer", "target", "reply", "output")


def convert(rows: pl.DataFrame, task: Task, draw: Draw) -> Kept:
    """An instance for each row: what stands before, a blank line, the text. An answer that is a list is several."""
    asked = next(task.fields[slot] for slot in GIVEN if slot in task.fields)
    answer = next(task.fields[slot] for slot in ANSWERED if slot in task.fields)
    drafts = rows.with_columns(
        below(rows, task, rendered(rows, asked)).alias(INPUT), listed(rows, answer).alias(OUTPUTS)
    )
    return settled(drafts, [asked], [answer])


def below(rows: pl.DataFrame, task: Task, text: pl.Series) -> pl.Series:
    """A text under what the task gives before it; null where there is no text."""
    for slot in BEFORE:
        if slot in task.fields:
            both = pl.DataFrame({"before": rendered(rows, task.fields[slot]), "text": text})
            lead = (pl.col("before") + "\n\n").fill_null("")
            text = both.select(text=lead + pl.col("text")).to_series()
    return text
