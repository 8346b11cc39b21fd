"""`medmill evaluate`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from qc.evaluate.retrieval import Evaluation, Scored

_OTHERS = """annotators: how far two annotators agree on the entities of the same texts.

metric: how far a metric of reports agrees with people, or tells rewrites apart.

mmedbench: how many examination questions a model answers rightly, in six languages.

meds-bench: how well a model does the tasks of a benchmark of instructions."""
evaluate = App(name="evaluate", help=f"Score what a model did against a built dataset.\n\n{_OTHERS}")
evaluate.command("builders.commands.evaluate_annotators:annotators", name="annotators")
evaluate.command("builders.commands.evaluate_metric:metric", name="metric")
evaluate.command("builders.commands.evaluate_mmedbench:mmedbench", name="mmedbench")
evaluate.command("builders.commands.evaluate_meds_bench:meds_bench", name="meds-bench")
SHOWN_CUTS = (5, 10)
WIDTH = 120


@evaluate.command
def retrieval(
    run: str,
    *,
    dataset: Path,
    split: str = "test",
    anatomy: tuple[str, ...] = (),
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Score a retrieval run against a built dataset.

    A run is a TREC run (`qid Q0 docid rank score tag`) or a Parquet file (query, candidate, score, and anatomy
    where it is not in the query); a query is a study id, or STUDY/ANATOMY as in the ids of `findings`. The name of
    a baseline (random, tfidf, label_overlap) scores that one, to check an evaluator. What the dataset does not store
    is scored from the tables in its folder `.work`; where that is missing it counts 0. For example:

        medmill evaluate retrieval tfidf --dataset out/mimic-ir

    Args:
        run: The run file, or the name of a baseline.
        dataset: The build folder.
        split: The split whose queries are judged.
        anatomy: Only this anatomy; repeatable. `whole report` is one, and all that a baseline is scored for by itself.
        json: Print everything as JSON, per anatomy and for every k.
    """
    from builders.exact_scores import exact_scores
    from qc.build import Build
    from qc.evaluate.retrieval import evaluate_retrieval

    build = Build.open(dataset)
    result = evaluate_retrieval(build, run, split, anatomy, exact_scores(build))
    if json:
        print(result.model_dump_json(indent=2))
    else:
        _show(result)
    return 0


def _show(result: "Evaluation") -> None:
    from rich.console import Console
    from rich.table import Table

    names = [f"{measure}@{k}" for measure in ("R", "NDCG") for k in SHOWN_CUTS]
    table = Table(
        "anatomy", "of", "queries", "no run", "evaluable", *names, "tied", "AP", "unjudged", box=None, pad_edge=False
    )
    for line in result.lines:
        table.add_row(
            line.anatomy,
            line.queries_of,
            f"{line.queries:,}",
            f"{line.without_run:,}",
            f"{line.evaluable:,}",
            *map(_cell, _values(line)),
        )
    for name in ("all", "abnormal"):
        lines = [line for line in result.lines if line.queries_of == name and line.evaluable]
        if len({line.anatomy for line in lines}) > 1:
            means = [_mean(column) for column in zip(*map(_values, lines), strict=True)]
            table.add_row("mean", name, "", "", "", *map(_cell, means), style="bold")
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    console.print(f"{result.run} on {result.dataset}, {result.split}")
    console.print(table)
    console.print(result.note, style="dim", markup=False)


def _values(line: "Scored") -> list[float | None]:
    values = [measure[k] for measure in (line.recall, line.ndcg) for k in SHOWN_CUTS]
    return [*values, line.ndcg_tied[10], line.standard_evaluable["AP(rel=3)"], line.unjudged_at_10]


def _mean(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
