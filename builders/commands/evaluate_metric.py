"""`medmill evaluate metric`: does a metric of reports say what people say."""

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
from cyclopts import Parameter

from schemas.errors import SourceError, UsageError

if TYPE_CHECKING:
    from qc.evaluate.metric import Line
    from qc.evaluate.pairs import Accuracy


def metric(
    file: Path,
    *,
    metric_: Annotated[str, Parameter(name="--metric")],
    human: str = "",
    group: str = "",
    lower_is_better: Annotated[bool, Parameter(negative="")] = False,
    pairs: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """How far metrics of reports agree with people who rated the same reports.

    Per metric and column of ratings: Kendall's tau-b, Spearman's rho and Pearson's r, each with a 95 % interval
    (bootstrap, the same on every run). Rows that lack a number are left out and counted.

    With `--pairs` there are no ratings: every row has the metric on a report in other words, which should score high,
    and on one that says something else, which should score low. How often it does is told, ties counted half, with its
    Wilson interval. Examples:

        medmill evaluate metric rated.csv --metric ratescore,bleu --human errors --group report --lower-is-better

        medmill evaluate metric out/rate-eval/synthetic --metric ratescore,bleu --pairs

    Args:
        file: a .csv, .parquet or .jsonl file, or the folder of a built table.
        metric_: the columns in which more is better, with commas between them. With --pairs `bleu` stands for the
            columns `bleu_synonym` and `bleu_antonym`; other names are given as SYNONYM:ANTONYM.
        human: the columns of ratings, with commas between them.
        group: the column of what was rated together (a report); intervals are drawn over whole groups.
        lower_is_better: the ratings count errors; coefficients of a good metric stay positive.
        pairs: accuracy on pairs of rewrites.
        as_json: print one JSON object.
    """
    metrics, humans = _names(metric_), _names(human)
    if not metrics or (not pairs and not humans):
        raise UsageError("name the columns: --metric, and --human for ratings, or --pairs for pairs of rewrites")
    if pairs and (humans or group or lower_is_better):
        raise UsageError("--pairs compares rewrites with each other: --human, --group and --lower-is-better go without")
    if pairs:
        from qc.evaluate.pairs import accuracy

        columns = [_pair(name) for name in metrics]
        found = accuracy(_read(file, [name for _, *two in columns for name in two]), columns)
        _print([vars(line) for line in found]) if as_json else _show_pairs(found)
        return 0
    from qc.evaluate.metric import metric as correlations

    lines = correlations(_read(file, [*metrics, *humans], group), metrics, humans, group,
                         lower_is_better=lower_is_better)  # fmt: skip
    _print([_plain(line) for line in lines]) if as_json else _show(lines, lower_is_better)
    return 0


def _names(told: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (name.strip() for name in told.split(",")))))


def _pair(name: str) -> tuple[str, str, str]:
    synonym, colon, antonym = name.partition(":")
    return (name, synonym, antonym) if colon else (name, f"{name}_synonym", f"{name}_antonym")


def _read(file: Path, numbers: Sequence[str], group: str = "") -> pl.DataFrame:
    """The columns, numbers as such; raises `SourceError` where one holds what is none."""
    from builders.streams import batches

    files = sorted(file.glob("*.parquet")) if file.is_dir() else [file]
    if not files:
        raise SourceError(f"{file}: no Parquet files in this folder; name the folder of a built table, or a file")
    named = [*numbers, *([group] if group else [])]
    columns = list(dict.fromkeys(named))
    frames = (frame for path in files for frame in batches(path, columns, 100_000))
    empty = pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in columns})
    return pl.concat([_typed(file, frame, numbers, group) for frame in chain([empty], frames)])


def _typed(path: Path, frame: pl.DataFrame, numbers: Sequence[str], group: str) -> pl.DataFrame:
    made = frame.with_columns(pl.col(name).cast(pl.Float64, strict=False) for name in dict.fromkeys(numbers))
    for name in numbers:
        if lost := int((made[name].is_null() & frame[name].is_not_null()).sum()):
            raise SourceError(f"{path}: {lost:,} cells of column {name} are no numbers; leave them empty where none is")
    return made.with_columns(pl.col(group).cast(pl.String)) if group else made


def _print(told: object) -> None:
    print(json.dumps(told, indent=2))


def _plain(line: "Line") -> dict[str, object]:
    return {**vars(line), "figures": {name: vars(figure) for name, figure in line.figures.items()}}


def _show(lines: "list[Line]", turned: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    console, table = Console(), Table(box=None, pad_edge=False)
    for heading in ("metric", "against", "rows", "left out", "Kendall", "Spearman", "Pearson"):
        table.add_column(heading, justify="left" if heading in ("metric", "against") else "right", overflow="fold")
    for line in lines:
        figures = [_interval(f.value, f.low, f.high) for f in line.figures.values()] or ["-"] * 3
        table.add_row(line.metric, line.human, f"{line.rows:,}", f"{line.left_out:,}", *figures)
    console.print(table)
    for line in lines:
        if line.why:
            console.print(f"{line.metric} against {line.human}: {line.why}", markup=False, highlight=False)
    if turned:
        console.print("Ratings count errors and were turned round: positive is agreement.", style="dim")


def _show_pairs(found: "list[Accuracy]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("metric", "pairs", "left out", "right", "tied", "accuracy"):
        table.add_column(heading, justify="left" if heading == "metric" else "right", overflow="fold")
    for line in found:
        share = "-" if line.value is None else _interval(line.value, line.low, line.high)
        table.add_row(line.metric, *(f"{n:,}" for n in (line.pairs, line.left_out, line.higher, line.tied)), share)
    Console().print(table)


def _interval(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.3f}" + ("" if low is None or high is None else f" [{low:.3f}, {high:.3f}]")
