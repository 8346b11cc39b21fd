"""`medmill evaluate annotators`: a second opinion on the same texts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
from cyclopts import Parameter

from schemas.errors import UsageError

if TYPE_CHECKING:
    from qc.evaluate.agreement import Line


def annotators(
    first: Path,
    second: Path,
    *,
    disagreements: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """How far two annotators agree on the entities of the same table: rules, a token classifier, a language model.

    Both files come from `medmill annotate` on the same input with the same `--text`. Per type: how many each found, F1
    of equal spans (exact) and of spans that overlap (relaxed), and Cohen's kappa of the types given to spans that both
    have. Neither is the truth. For example:

        medmill evaluate annotators rules.parquet model.parquet --disagreements differ.csv

    Args:
        first: entities of one annotator, .csv, .parquet or .jsonl.
        second: entities of the other.
        disagreements: write spans that the other does not have like this: row, section, start, end, type, by, and
            why: the type differs, the borders do, both, or it is alone.
        as_json: print one JSON object.
    """
    from builders.streams import batches, write
    from qc.evaluate.agreement import COLUMNS, agreement
    from qc.evaluate.agreement import disagreements as differing

    if disagreements is not None and disagreements.absolute() in (first.absolute(), second.absolute()):
        raise UsageError(f"{disagreements}: --disagreements is one of the inputs; name another file")
    one, other = (_read(list(batches(path, COLUMNS, 100_000)), COLUMNS) for path in (first, second))
    lines = agreement(one, other)
    if disagreements is not None:
        write(disagreements, iter([differing(one, other)]))
    if as_json:
        print(json.dumps([vars(line) for line in lines], indent=2))
    else:
        _show(lines)
    return 0


def _read(frames: list[pl.DataFrame], columns: tuple[str, ...]) -> pl.DataFrame:
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return frame.cast({"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "section": pl.String, "type": pl.String})


def _show(lines: "list[Line]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("type", "first", "second", "exact F1", "relaxed F1", "kappa"):
        table.add_column(heading, justify="left" if heading == "type" else "right")
    for line in lines:
        figures = ("-" if value is None else f"{value:.3f}" for value in (line.exact, line.relaxed, line.kappa))
        style = "bold" if line is lines[-1] else None
        table.add_row(line.type, f"{line.first:,}", f"{line.second:,}", *figures, style=style)
    Console().print(table)
