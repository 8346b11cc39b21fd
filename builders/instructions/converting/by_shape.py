"""Which converter makes the instances of which shape."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.converting import (
    classification,
    multiple_choice,
    span_list,
    text_to_text,
)
from builders.instructions.converting.draws import Draw
from builders.instructions.task import Task
from schemas.errors import UsageError

Converter = Callable[[pl.DataFrame, Task, Draw], Kept]
CONVERTERS: Final[Mapping[str, Converter]] = {
    "multiple-choice": multiple_choice.convert,
    "classification": classification.convert,
    "span-list": span_list.convert,
    "report-section": text_to_text.convert,
    "translation": text_to_text.convert,
    "dialogue": text_to_text.convert,
    "question-answer": text_to_text.convert,
    "generation": text_to_text.convert,
}


def convert(rows: pl.DataFrame, task: Task, seed: str) -> Kept:
    """Instances of a task (columns `drafts.CONVERTED`) from rows of its corpus, and the rows that give none.

    A row gives one instance at most. Rejected are ids of rows; `detail` has names of columns and numbers, and no word
    of the corpus. What is drawn is drawn by hashes of `seed`, task and id, among the rows of the frame.
    Raises `UsageError` for a task that is not ready.
    """
    if task.shape not in CONVERTERS:
        raise UsageError(f"task {task.id}: expected a shape, got {task.shape or 'none'}; build tasks that are ready")
    return CONVERTERS[task.shape](rows, task, Draw(seed, task.id))
