"""A language model on the rows of any table: what its task makes of them under their own ids, and rejected texts."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from annotators.llm.annotator import Given, Llm
from annotators.llm.asking import Failure, Request
from annotators.llm.task import Task
from builders.cells import cells, numbered, under_ids

_TOLD = {"row": pl.Int64, "section": pl.String}
REJECTED = {**_TOLD, "reason": pl.String, "detail": pl.String}


def columns(task: Task) -> set[str]:
    """What the tables of a task have beside the id."""
    return {*_TOLD, *task.columns, *REJECTED}


def annotated(
    frames: Iterator[pl.DataFrame], id_: str, texts: Sequence[str], llm: Llm, given: Mapping[str, str]
) -> Iterator[tuple[int, pl.DataFrame, pl.DataFrame]]:
    """Per batch: rows read, what the task made, and what was rejected, both in the order of rows and text columns.

    `given`: the column of each thing that the task is given beside the text.
    """
    for first, frame in numbered(frames, (id_, *texts, *given.values())):
        made, rejected = _batch(cells(frame, first, texts), _given(frame, first, given), llm)
        yield len(frame), under_ids(made, frame, first, id_), under_ids(rejected, frame, first, id_)


def planned(
    frames: Iterator[pl.DataFrame], texts: Sequence[str], llm: Llm, given: Mapping[str, str]
) -> Iterator[Request]:
    """What would be asked of all rows."""
    for frame in frames:
        beside, asked = _given(frame, 0, given), cells(frame, 0, texts)
        yield from llm.requests([text for _, _, text in asked], [beside[row] for row, _, _ in asked])


def _given(frame: pl.DataFrame, first: int, given: Mapping[str, str]) -> dict[int, Given]:
    """By row (from `first`); an empty cell is given as no words."""
    beside = [frame[column].cast(pl.String).fill_null("").to_list() for column in given.values()]
    return {row: tuple((name, values[row - first]) for name, values in zip(given, beside, strict=True))
            for row in range(first, first + len(frame))}  # fmt: skip


def _batch(
    texts: Sequence[tuple[int, str, str]], given: Mapping[int, Given], llm: Llm
) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows, rejected = [], []
    answers = llm.annotate([text for _, _, text in texts], [given[row] for row, _, _ in texts])
    for (row, section, _), made in zip(texts, answers, strict=True):
        told = {"row": row, "section": section}
        if isinstance(made, Failure):
            rejected.append({**told, **vars(made)})
        else:
            rows += [{**told, **one} for one in made]
    return pl.DataFrame(rows, {**_TOLD, **llm.task.columns}), pl.DataFrame(rejected, REJECTED)
