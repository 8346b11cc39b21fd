"""`medmill evaluate meds-bench`: how well a model does the tasks of the benchmark."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.table import Table

    from builders.bench_runs import Run
    from builders.bench_scores import BenchScores, Scoring
    from qc.build import Build
    from qc.evaluate.exams import Share


def meds_bench(
    *,
    dataset: Path,
    run: tuple[str, ...] = (),
    baseline: tuple[str, ...] = (),
    split: str = "test",
    task: tuple[str, ...] = (),
    folder: tuple[str, ...] = (),
    category: tuple[str, ...] = (),
    language: tuple[str, ...] = (),
    bertscore: str = "",
    out: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Scores of a model on the tasks of MedS-Bench: per task, and means by category, folder and language.

    Every task has one metric, and of it one figure that stands for the task; a mean counts every task once. Answers are
    read from whatever the model wrote; where nothing can be read, an output is wrong and counted as unparsed, an item
    without one as missing. Every figure has a 95 % interval, drawn over documents. Examples:

        medmill evaluate meds-bench --dataset out/meds-bench --run answers.jsonl

        medmill evaluate meds-bench --dataset out/meds-bench --baseline gold --baseline majority

    Args:
        dataset: the build folder.
        run: a .jsonl, .csv or .parquet file with the columns id and output, or with task_id, input, GT and output, as
            results are published; NAME=FILE names it otherwise than its file. Repeatable.
        baseline: answers without a model: gold, shuffled (of other items) or majority (the commonest). Repeatable.
        split: whose items.
        task: only this one, by its number in MedS-Ins or its name; repeatable.
        folder: only this folder of MedS-Bench; repeatable.
        category: only this one; repeatable.
        language: only outputs of this language, such as en; repeatable.
        bertscore: a folder or Hub id of a model, to score texts by BERTScore too.
        out: write every output as it was read into this .csv, .jsonl or .parquet file.
        as_json: print one JSON object a run.
    """
    from builders.bench_runs import runs_of
    from builders.bench_scores import Scoring, Wanted, items_of
    from qc.build import Build

    if not run and not baseline:
        raise UsageError("name what answered: --run FILE, or --baseline gold, shuffled or majority")
    build = Build.open(dataset)
    items = items_of(build, Wanted(task, folder, category, language, split))
    runs = runs_of(run, baseline, items)
    scored = [_scored(build, one, items, Scoring(bertscore)) for one in runs]
    if out is not None:
        _write(out, scored)
    for made, _ in scored:
        print(made.model_dump_json(indent=2)) if as_json else _show(made)
    return 0


def _scored(
    build: "Build", run: "Run", items: "pl.DataFrame", how: "Scoring"
) -> "tuple[BenchScores, pl.DataFrame]":  # fmt: skip
    return how.scored(build, run.name, items, run.rows, run.notes)


def _write(out: Path, scored: "list[tuple[BenchScores, pl.DataFrame]]") -> None:
    import polars as pl

    from builders.streams import write

    write(out, iter([pl.concat([read.select(pl.lit(made.run).alias("run"), pl.all()) for made, read in scored])]))


def _show(made: "BenchScores") -> None:
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(f"{made.run} on {made.dataset}{', scored as published' if made.as_published else ''}", markup=False)
    tasks = [
        [line.name, line.folder, line.metric, f"{line.items:,}", f"{line.unparsed:,}", f"{line.missing:,}",
         _cell(line.score)] for line in made.lines if line.of == "task"
    ]  # fmt: skip
    console.print(_table(["task", "folder", "metric", "items", "unparsed", "missing", "score"], tasks, left=3))
    means = [[line.of, line.name, f"{line.tasks:,}", f"{line.items:,}", _cell(line.score)]
             for line in made.lines if line.of != "task"]  # fmt: skip
    console.print()
    console.print(_table(["mean of", "", "tasks", "items", "score"], means, left=2))
    for note in made.notes:
        console.print(note, style="dim", markup=False, highlight=False)
    console.print()


def _table(headings: "list[str]", rows: "list[list[str]]", left: int) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*row, style="bold" if row[0] == "mean" else None)
    return table


def _cell(share: "Share | None") -> str:
    return "–" if share is None else f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}]"
