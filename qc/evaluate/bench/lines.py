"""Lines of the benchmark: every task, then means of tasks by category, folder and language, and of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from pydantic import BaseModel

from qc.evaluate.bench.draws import DRAWS, Drawn, drawn, share_of
from qc.evaluate.bench.metric import Metric
from qc.evaluate.exams import Share

TASK: Final = "task"
MEAN: Final = "mean"
GROUPS: Final = {"category": "category", "folder": "folder", "language": "output_language"}
"""What tasks are grouped by, and the column that says so."""
_THOUGHT: Final = r"(?s)^.*</think>\s*"
READ: Final = ("id", "task", "metric", "said", "value", "unparsed", "missing")

FEW: Final = 20
"""Documents below which they are too few to draw from, as the years of an examination are."""


class BenchLine(BaseModel):
    """A task, or the mean of several, each counted once.

    `of`: task, category, folder, language or mean; `metric` is empty where the tasks have several. `score`: the primary
    figure of the task, or the mean of theirs. `unparsed`: outputs in which nothing could be read; `missing`: items
    without an output; both score 0. `figures`: all figures, of a group those of its tasks that have them.
    """

    of: str
    name: str
    metric: str
    tasks: int
    items: int
    unparsed: int
    missing: int
    score: Share | None
    figures: dict[str, Share]
    bench_id: str = ""
    folder: str = ""
    category: str = ""
    language: str = ""


@dataclass(frozen=True)
class _Task:
    head: Mapping[str, str]
    read: pl.DataFrame
    figures: Drawn
    primary: str


def without_thoughts(items: pl.DataFrame) -> pl.DataFrame:
    """Outputs from behind the last `</think>` on: what a model thinks aloud is no part of its answer."""
    return items.with_columns(pl.col("output").str.replace(_THOUGHT, ""))


def bench_lines(
    items: pl.DataFrame, metrics: Mapping[str, Metric], draws: int = DRAWS
) -> tuple[list[BenchLine], pl.DataFrame]:
    """The lines, and every item as it was read (`READ`). `items`: rows of `schemas.instructions.BenchItem`, `output`.


    `metrics`: by the words of the column `metric`; a task of another one is an error of the caller (KeyError).
    """
    ordered = items.sort("id")
    order = dict.fromkeys(items.sort("folder", "category", pl.col("task").str.zfill(9), "task")["task"])
    by_task = {key[0]: own for key, own in ordered.group_by("task", maintain_order=True)}
    tasks = [_scored(by_task[task], metrics, draws) for task in order]
    lines = [_line(TASK, task.head["task"], [task]) for task in tasks]
    for of, column in GROUPS.items():
        for name in sorted({task.head[column] for task in tasks}):
            lines.append(_line(of, name, [task for task in tasks if task.head[column] == name]))
    lines.append(_line(MEAN, "all tasks", tasks))
    return lines, pl.concat([task.read for task in tasks]).sort("id")


def _scored(items: pl.DataFrame, metrics: Mapping[str, Metric], draws: int) -> _Task:
    head = items.select("task", "bench_id", "folder", "category", "output_language", "metric").row(0, named=True)
    metric = metrics[head["metric"]]
    made = metric.measure(items)
    missing = items["output"].is_null()
    read = items.select("id", "task", "metric").with_columns(
        made.said.alias("said"), value=pl.Series(made.value), unparsed=made.said.is_null() & ~missing, missing=missing
    )
    return _Task(head, read, drawn(metric, made.sums, _drawn_by(items), head["task"], draws), metric.primary)


def _drawn_by(items: pl.DataFrame) -> pl.Series:
    """Documents; items where there are too few of these: one examination alone would seem to be certain."""
    return items["document"] if items["document"].n_unique() >= min(FEW, items.height) else items["id"]


def _line(of: str, name: str, tasks: Sequence[_Task]) -> BenchLine:
    """Tasks are drawn apart, so draws of one number are averaged over them."""
    figures = dict.fromkeys(figure for task in tasks for figure in task.figures)
    one = tasks[0].head
    same = {task.head["metric"] for task in tasks}
    told = {"bench_id": one["bench_id"], "folder": one["folder"], "category": one["category"],
            "language": one["output_language"]}  # fmt: skip
    return BenchLine(
        of=of, name=name, metric=same.pop() if len(same) == 1 else "", tasks=len(tasks),
        items=sum(task.read.height for task in tasks), unparsed=sum(int(task.read["unparsed"].sum()) for task in tasks),
        missing=sum(int(task.read["missing"].sum()) for task in tasks),
        score=_mean([task.figures[task.primary] for task in tasks]),
        figures={figure: share for figure in figures if (share := _mean(
            [task.figures[figure] for task in tasks if figure in task.figures]))},
        **(told if of == TASK else {}),
    )  # fmt: skip


def _mean(figures: Sequence[tuple[float, np.ndarray]]) -> Share | None:
    known = [one for one in figures if not np.isnan(one[0])]
    if not known:
        return None
    return share_of(float(np.mean([value for value, _ in known])), np.mean([draws for _, draws in known], axis=0))
