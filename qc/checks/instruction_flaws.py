"""What is wrong with instances by themselves, or beside others."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from qc.base import Check
from qc.build import Build
from schemas.instructions import UNANSWERABLE
from schemas.quality import Figure, Outcome

MANY: Final = 0.05
"""Share of the instances of a task with one flaw, from which on the task should be looked at."""
ENOUGH: Final = 100
"""Instances of a task from which on a share counts."""
_FATES: Final = ("duplicate", "elsewhere", "conflict", "near_test", "near_duplicate", "near_elsewhere")
_QUIET: Final = (*UNANSWERABLE, "near_elsewhere")


class InstructionFlaws(Check):
    """How many instances are cut off, of another language, too long, repeated, contradicted, or hold personal data."""

    name = "instruction_flaws"
    group = "Instructions"
    title = "Instances are sound"
    reads = ("limits",)

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Warn where a flaw is in more than `MANY` of the instances of a task.

        Pictures are no mistake of an examination, and tasks over one corpus are near to each other by intent: both are
        counted, and warn of nothing.
        """
        sizes = build.scan("limits", ["task", "instances"]).select("task", "instances").collect()
        found = (
            _counts(build).join(sizes, on="task", how="inner").with_columns(share=pl.col("rows") / pl.col("instances"))
        )
        whole = max(int(sizes["instances"].sum()), 1)
        sums = found.group_by("flaw").agg(pl.col("rows").sum()).sort("flaw")
        figures: dict[str, Figure] = {"instances": whole} | dict(sums.iter_rows())
        loud = (pl.col("share") > MANY) & (pl.col("instances") >= ENOUGH) & ~pl.col("flaw").is_in(_QUIET)
        many = found.filter(loud).sort("share", descending=True)
        cases = [f"task {task}: {flaw} in {rows:,} of {of:,}" for task, flaw, rows, of in
                 many.select("task", "flaw", "rows", "instances").iter_rows()]  # fmt: skip
        told = ", ".join(f"{rows:,} {flaw.replace('_', ' ')}" for flaw, rows in sums.iter_rows()) or "no flaw"
        return self.outcome(
            "warn" if cases else "pass", f"of {whole:,} instances: {told}", figures=figures, cases=cases,
            advice="Look at the tasks below, or leave such instances out: --set leaves_out=duplicate,conflict,…",
        )  # fmt: skip


def _counts(build: Build) -> pl.DataFrame:
    """task, flaw, rows."""
    parts = [pl.DataFrame(schema={"task": pl.String, "flaw": pl.String, "rows": pl.UInt32})]
    for table in build.manifest.tables:
        if table.name.startswith("flaws.") and build.has(table.name):
            rows = build.scan(table.name, ["task", "flaw"]).select("task", pl.col("flaw").cast(pl.String))
            parts.append(rows.group_by("task", "flaw").len("rows").collect())
    for table in ("twins", "near"):
        if build.has(table):
            rows = build.scan(table, ["id", "fate"]).select(
                task=pl.col("id").str.extract("^([^:]*):"), flaw=pl.col("fate").cast(pl.String)
            )
            rows = rows.filter(pl.col("flaw").is_in(_FATES))
            parts.append(rows.group_by("task", "flaw").len("rows").collect())
    return pl.concat(parts, how="vertical_relaxed").sort("task", "flaw")
