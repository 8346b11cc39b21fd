"""Rows of a corpus as instances of all its tasks."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Stage
from builders.instructions.converting.by_shape import convert
from builders.instructions.converting.draws import Draw
from builders.instructions.people import people_of
from builders.instructions.readings import readings
from builders.instructions.rows import DOCUMENT, ID, LICENCE, READING, SPLIT, UNANSWERABLE
from builders.instructions.task import Task
from schemas.errors import UsageError
from schemas.instructions import UNANSWERABLE as MARKS
from schemas.instructions import Instance
from schemas.licences import normalised
from schemas.words import SPLITS

TEST_SHARE: Final = 0.1
"""Of the documents of a corpus that is parted nine to one, as MedS-Ins has it (arXiv 2408.12547)."""

ANSWERED: Final = ("multiple-choice", "question-answer")
"""Shapes that answer what a question asks: others (a translation of it, its subject) need no picture for that."""


@dataclass(frozen=True)
class Convert(Stage):
    """Instance rows of all `tasks` of one corpus, from rows as `builders.instructions.rows` describes them.

    A row is rejected once for each task that it gives no instance of, and the detail names the task; it may pass for
    another. What is drawn for a row (by hashes of `seed`) is drawn among the rows of its frame, split and licence.
    """

    version: ClassVar[int] = 1

    tasks: tuple[Task, ...] = field(repr=False)
    seed: str = "medmill"

    @property
    def fingerprint(self) -> str:
        """What of the tasks decides rows, in the order in which it is declared; words for readers do not."""
        told = [(task.id, task.corpus, task.shape, task.fields, task.options, task.split) for task in self.tasks]
        return json.dumps(told)

    def check(self) -> None:
        """Raise `UsageError` for a task that no instance can be made of."""
        if unready := [task.id for task in self.tasks if not task.ready]:
            raise UsageError(f"tasks {', '.join(unready)} are not ready: their notes say why; leave them out")

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: rows of one shard, those of several readings under each other."""
        read = readings(self.tasks)
        made = [_lost(frames[0].filter(~pl.col(READING).is_in(range(len(read)))), "unknown_reading", "")]
        for number, reading in enumerate(read):
            rows = frames[0].filter(pl.col(READING) == number)
            twin = ~pl.col(ID).is_first_distinct()
            made.append(_lost(rows.filter(twin), "duplicate_id", "a row with this id came before"))
            once = rows.filter(~twin).with_columns(_licences(rows.filter(~twin)[LICENCE]))
            made += [_converted(once, task, self.seed) for task in reading.tasks]
        return Kept(pl.concat(one.frame for one in made), pl.concat(one.rejected for one in made))


def _converted(rows: pl.DataFrame, task: Task, seed: str) -> Kept:
    rows = rows.with_columns(_split(rows, task, seed).alias(SPLIT))
    parted = pl.col(SPLIT).is_not_null()
    lost = _lost(rows.filter(~parted), "no_split", f"task {task.id}")
    made = convert(rows.filter(parted), task, seed)
    detail = pl.concat_str(
        pl.lit(f"task {task.id}"), pl.col("detail").replace("", None), separator=": ", ignore_nulls=True
    )
    rejected = pl.concat([lost.rejected, made.rejected.with_columns(detail.alias("detail"))])
    return Kept(_instances(_marked(made.frame, rows, task), task), rejected)


def _split(rows: pl.DataFrame, task: Task, seed: str) -> pl.Series:
    """Documents are drawn by seed and people, so that all tasks about the same have the same ones in their tests."""
    if task.split == "published":
        return rows[SPLIT].cast(pl.String)
    if task.split == "test-only":
        return pl.Series(["test"]).new_from_index(0, rows.height)
    documents = rows.select(pl.col(DOCUMENT).unique(maintain_order=True))
    place = Draw(seed, people_of(task.corpus)).fractions(documents[DOCUMENT], "split")
    is_test = documents.with_columns(split=pl.when(place < TEST_SHARE).then(pl.lit("test")).otherwise(pl.lit("train")))
    return rows.select(DOCUMENT).join(is_test, on=DOCUMENT, how="left", maintain_order="left")["split"]


def _marked(made: pl.DataFrame, rows: pl.DataFrame, task: Task) -> pl.DataFrame:
    """What was made, with what speaks against answering the question of its row."""
    kind = pl.List(pl.Enum(MARKS))
    known = UNANSWERABLE in rows.columns and task.shape in ANSWERED
    marks = rows.select(row=ID, unanswerable=UNANSWERABLE if known else pl.lit([], kind))
    return made.join(marks.cast({"unanswerable": kind}), on="row", how="left", maintain_order="left")


def _instances(made: pl.DataFrame, task: Task) -> pl.DataFrame:
    return made.with_columns(
        id=pl.lit(f"{task.id}:") + pl.col("row"),
        task=pl.lit(task.id),
        corpus=pl.lit(task.corpus),
        split=pl.col("split").cast(pl.Enum(SPLITS)),
    ).select(Instance.column_names())


def _licences(licences: pl.Series) -> pl.Series:
    spelt = {licence: normalised(licence) for licence in licences.unique()}
    return licences.replace_strict(spelt, return_dtype=pl.String)


def _lost(rows: pl.DataFrame, reason: str, detail: str) -> Kept:
    """No instances, and these rows rejected."""
    empty = pl.DataFrame(schema=Instance.create_empty().schema)
    rejected = rows.select(id=ID, reason=pl.lit(reason), detail=pl.lit(detail))
    return Kept(empty, rejected.cast(pl.Schema(REJECTED_SCHEMA)))
