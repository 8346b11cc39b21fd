"""The mixture: how many instances of each task are drawn, and which."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl

from builders.base import Stage
from builders.instructions.mixing import Rule, drawn, within
from schemas.instructions import MixtureShare


@dataclass(frozen=True)
class Mixed:
    """A task in the mixture: what it is, its weight, and its own cap (0: that of the rule)."""

    task: str
    name: str
    category: str
    language: str
    corpus: str
    weight: float = 1.0
    cap: int = 0


@dataclass(frozen=True)
class Mixture(Stage):
    """MixtureShare rows of all tasks; `in_sizes`: the target counts tokens or characters, not instances.

    Instances of one id, and so of one draw, count once: two files of a corpus may have it, and one of them goes out.
    """

    tasks: tuple[Mixed, ...]
    rule: Rule
    in_sizes: bool = False

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Drawable rows of each corpus, with task, split, draw and size."""
        lists = {task.task: [] for task in self.tasks}
        sums = dict.fromkeys(lists, 0)
        for frame in frames:
            train = frame.lazy().filter(pl.col("split") == "train").select("task", "draw", "size").collect()
            for (task,), own in train.group_by("task", maintain_order=True):
                lists[str(task)].append(own["draw"].to_numpy())
                sums[str(task)] += int(own["size"].sum())
        every = {task: np.concatenate([np.empty(0, np.uint64), *parts]) for task, parts in lists.items()}
        means = [sums[task.task] / max(len(every[task.task]), 1) for task in self.tasks]
        return self._shares([np.unique(every[task.task]) for task in self.tasks], means)

    def _shares(self, held: Sequence[np.ndarray], means: Sequence[float]) -> pl.DataFrame:
        available, caps = [len(draws) for draws in held], [task.cap for task in self.tasks]
        weights = [task.weight for task in self.tasks]
        counts = drawn(available, weights, caps, self.rule, means if self.in_sizes else ())
        limits = within(available, caps, self.rule)
        whole = max(int(counts.sum()), 1)
        rows = []
        for task, draws, limit, count, mean in zip(self.tasks, held, limits, counts, means, strict=True):
            copies, more = divmod(int(count), int(limit)) if limit else (0, 0)
            rows.append({
                "task": task.task, "name": task.name, "category": task.category, "language": task.language,
                "corpus": task.corpus, "available": len(draws), "taken": int(limit) if copies else more,
                "drawn": int(count), "copies": copies, "within": int(draws[limit - 1]) if copies else None,
                "once_more": int(draws[more - 1]) if more else None, "share": count / whole,
                "size": round(mean * int(count)),
            })  # fmt: skip
        kinds = {name: column.dtype for name, column in MixtureShare.columns().items()}
        return pl.DataFrame(rows, kinds, orient="row")
