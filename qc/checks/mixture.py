"""The training set has of each task what the mixture says."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import SHOWN_CASES, Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Figure, Outcome

_NOTHING: Final = (
    "Read why instances were rejected; corpora that are test alone, or wholly stand in test, give none to train on."
)


class MixtureHolds(Check):
    """Chats of train are as many as were drawn, task by task."""

    name = "mixture"
    group = "Instructions"
    title = "The mixture is what was asked for"
    reads = ("mixture",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail where a task has more or fewer, and where none has any."""
        drawn = build.scan("mixture", ["task", "category", "drawn"]).collect()
        tables = [build.scan(table, ["task"]) for table in ("chats", "chats_closed") if build.has(table)]
        there = [scan.filter(pl.col("file_split") == "train").group_by("task").len("there") for scan in tables]
        empty = pl.LazyFrame(schema={"task": pl.String, "there": pl.UInt32})
        found = pl.concat([empty, *there]).group_by("task").agg(pl.col("there").sum()).collect()
        both = drawn.join(found, on="task", how="full", coalesce=True).with_columns(
            pl.col("drawn", "there").fill_null(0)
        )
        off = both.filter(pl.col("drawn") != pl.col("there")).sort("task")
        kinds = drawn.group_by("category").agg(pl.col("drawn").sum()).sort("category")
        figures: dict[str, Figure] = {"tasks": drawn.filter(pl.col("drawn") > 0).height} | dict(kinds.iter_rows())
        if not off.height and not figures["tasks"]:
            return self.outcome("fail", "no instance was drawn", figures=figures, advice=_NOTHING)
        if not off.height:
            told = counted(int(drawn["drawn"].sum()), "instance")
            return self.outcome("pass", f"{told} of {counted(figures['tasks'], 'task')}", figures=figures)  # pyright: ignore[reportArgumentType]
        return self.outcome(
            "fail", f"{counted(off.height, 'task')} with more or fewer instances than were drawn", figures=figures,
            cases=[f"task {task}: drawn {drawn:,}, there {there:,}" for task, drawn, there in
                   off.select("task", "drawn", "there").head(SHOWN_CASES).iter_rows()],
            advice="Files are missing or stand twice: build anew.",
        )  # fmt: skip
