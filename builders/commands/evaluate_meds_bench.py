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
    from builders.bench_scores import Scoring
    from qc.build import Build
    from qc.evaluate.bench.scores import BenchScores
    from qc.evaluate.exams import Share


def meds_bench(
    *,
    dataset: Path,
    run: tuple[str, ...] = (),
    model: str = "",
    baseline: tuple[str, ...] = (),
    split: str = "test",
    task: tuple[str, ...] = (),
    folder: tuple[str, ...] = (),
    category: tuple[str, ...] = (),
    language: tuple[str, ...] = (),
    as_published: Annotated[bool, Parameter(negative="")] = False,
    traps: Annotated[bool, Parameter(negative="")] = False,
    bertscore: str = "",
    shots: int | None = None,
    answers: Path | None = None,
    revision: str = "",
    agreement: str = "",
    page: Path | None = None,
    out: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Scores of a model on the tasks of MedS-Bench: per task, and means by category, folder and language.

    Every task has one metric, and of it one figure that stands for the task; a mean counts every task once. Answers are
    read from whatever the model wrote; where nothing can be read, an output is wrong and counted as unparsed, an item
    without one as missing. Every figure has a 95 % interval, drawn over documents. Examples:

        medmill evaluate meds-bench --dataset out/meds-bench --run answers.jsonl

        medmill evaluate meds-bench --dataset out/meds-bench --model my-llm@http://127.0.0.1:8000/v1

        medmill evaluate meds-bench --dataset out/meds-bench --baseline gold --baseline majority

    Args:
        dataset: the build folder.
        run: a .jsonl, .csv or .parquet file with the columns id and output, or with task_id, input, GT and output, as
            results are published; NAME=FILE names it otherwise than its file. Repeatable.
        model: MODEL@URL of a server, or a folder with a model, which vLLM runs here: it is given the definition of the
            task, the examples and the input of each item.
        baseline: answers without a model: gold, shuffled (of other items) or majority (the commonest). Repeatable.
        split: whose items.
        task: only this one, by its number in MedS-Ins or its name; repeatable.
        folder: only this folder of MedS-Bench; repeatable.
        category: only this one; repeatable.
        language: only outputs of this language, such as en; repeatable.
        as_published: score as the published code does, as far as it is known: first letters, a to d alone, strings
            within strings, entities without their last character, one right answer.
        traps: say of each trap of the published rules how many items it turns, and which way.
        bertscore: a folder or Hub id of a model, to score texts by BERTScore too.
        shots: show a model at most so many of the examples; default all.
        answers: the folder that keeps the model's answers; without it, one beside the build.
        revision: which weights a served model has.
        agreement: what lets text of the dataset go to a remote server.
        page: write all runs side by side as one .html file that needs no network, and no script but to sort.
        out: write every output as it was read into this .csv, .jsonl or .parquet file.
        as_json: print one JSON object a run.
    """
    from builders.bench_runs import runs_of
    from builders.bench_scores import Scoring, Wanted, items_of
    from qc.build import Build

    if not run and not baseline and not model:
        raise UsageError("name what answered: --run FILE, --model MODEL@URL or FOLDER, or --baseline gold")
    build = Build.open(dataset)
    items = items_of(build, Wanted(task, folder, category, language, split))
    runs = runs_of(run, baseline, items)
    if model:
        runs.append(_asked(build, model, items, shots, (answers, revision, agreement)))
    scored = [_scored(build, one, items, Scoring(as_published, traps, bertscore)) for one in runs]
    if out is not None:
        _write(out, scored)
    if page is not None:
        _write_page(page, [made for made, _ in scored])
    for made, _ in scored:
        print(made.model_dump_json(indent=2)) if as_json else _show(made)
    return 0


def _asked(
    build: "Build", model: str, items: "pl.DataFrame", shots: int | None, told: tuple[Path | None, str, str]
) -> "Run":
    from builders.bench_answers import answered, demand_allowed
    from builders.bench_runs import Run
    from builders.exam_answers import folder_of_answers, model_of

    answers, revision, agreement = told
    llm = model_of(model, folder_of_answers(answers, build.folder), revision, "bench-answer")
    demand_allowed(llm, build, items, agreement)

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {items.height:,} items", end="", file=sys.stderr, flush=True)

    name = model.rpartition("@http")[0] or Path(model.partition("?")[0]).name  # no address on a page that may leave
    return Run(name, *answered(llm, items, tell, shots))


def _scored(
    build: "Build", run: "Run", items: "pl.DataFrame", how: "Scoring"
) -> "tuple[BenchScores, pl.DataFrame]":  # fmt: skip
    return how.scored(build, run.name, items, run.rows, run.notes)


def _write(out: Path, scored: "list[tuple[BenchScores, pl.DataFrame]]") -> None:
    import polars as pl

    from builders.streams import write

    write(out, iter([pl.concat([read.select(pl.lit(made.run).alias("run"), pl.all()) for made, read in scored])]))


def _write_page(path: Path, runs: "list[BenchScores]") -> None:
    from qc.evaluate.bench.page import page

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(runs), encoding="utf-8")


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
    if made.traps:
        caught = [[one.trap, one.what, f"{one.items:,}", f"{one.to_right:,}", f"{one.to_wrong:,}"]
                  for one in made.traps]  # fmt: skip
        console.print()
        console.print(_table(["trap", "what it does", "items", "to right", "to wrong"], caught, left=2))
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
