"""Where right answers stand among their options, and how often each class is right."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from schemas.quality import Figure, Outcome

ONE_SIDED: Final = 0.9
"""Share of one class, above which always saying it is a good answer."""
PLACED: Final = 1.5
"""How many times its even share a place among options may hold the right answer."""
ENOUGH: Final = 200
"""Answers of a task from which on a share counts."""


class AnswerBalance(Check):
    """A model that always says the same, or always takes the same place, should not come far."""

    name = "answer_balance"
    group = "Instructions"
    title = "No answer is right by its place"
    reads = ("answers",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where one place, or one class, holds too many right answers of a task."""
        rows = build.scan("answers").filter(pl.col("split") != "test").collect()
        sums = rows.group_by("task", "options", "ordered", "place").agg(pl.col("rows").sum())
        whole = sums.with_columns(all=pl.col("rows").sum().over("task", "options"))
        whole = whole.with_columns(share=pl.col("rows") / pl.col("all")).filter(pl.col("all") >= ENOUGH)
        most = whole.sort("task", "options", "share", "place", descending=[False, False, True, False])
        most = most.unique(["task", "options"], keep="first", maintain_order=True)
        placed = pl.col("ordered") & (pl.col("share") > PLACED / pl.col("options"))
        told = most.filter(placed | (~pl.col("ordered") & (pl.col("share") > ONE_SIDED)))
        figures: dict[str, Figure] = {
            f"task_{task}_{options}": round(share, 4) for task, options, share in
            most.select("task", "options", "share").iter_rows()
        }  # fmt: skip
        cases = [
            f"task {task}: place {place + 1} of {options} is right in {share:.1%}"
            for task, options, place, share in told.select("task", "options", "place", "share").iter_rows()
        ]
        return self.outcome(
            "warn" if cases else "pass",
            f"{most.height} closed tasks with {ENOUGH} answers or more, {len(cases)} of them one-sided",
            advice="Weigh such tasks down, or score them by macro F1: accuracy flatters whoever says one thing.",
            figures=figures,
            cases=cases,
        )  # fmt: skip
