"""`medmill annotate findings`: entities or labels for the reports of any table."""

import json
import sys
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import polars as pl
from cyclopts import App, Parameter

from builders.streams import batches, kind, write
from schemas.errors import UsageError

LabelSetName = Literal["openi13", "ctrate18", "chexpert14"]
BATCH = 2000
"""Rows read, annotated and written at a time: about 100 MB at 2,000 characters a report."""
annotate = App(name="annotate", help="Run an annotator on any CSV, Parquet or JSONL file.")
annotate.command("builders.commands.annotate_llm:llm", name="llm")
annotate.command("builders.commands.annotate_model:model", name="model")


@dataclass
class Progress:
    """Rows done so far, told on standard error every two seconds; nothing for what takes less."""

    interval: ClassVar[float] = 2.0

    quiet: bool
    rows: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    told: float = field(default_factory=time.monotonic)

    def add(self, rows: int) -> None:
        """Count rows that are done."""
        self.rows += rows
        self.tell()

    def tell(self) -> None:
        """Say how far it is, if it was not said just now."""
        now = time.monotonic()
        if not self.quiet and now - self.told > self.interval:
            self.told = now
            print(self.words, file=sys.stderr, flush=True)

    @property
    def words(self) -> str:
        """How far it is."""
        return f"{self.rows:,} rows, {self.rows / self.seconds:,.0f} rows/s"

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.started


@annotate.command
def findings(
    *,
    input_: Annotated[Path, Parameter(name="--input")],
    id_: Annotated[str, Parameter(name="--id")],
    text: str,
    out: Path,
    labels: LabelSetName | None = None,
    limit: int | None = None,
    quiet: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Findings of the reports in a table: one row per entity, or with `--labels` one row per report.

    With `--labels`: the id column under its own name, and per label a 0/1 column and `<label>_state` (present,
    absent, uncertain, not_mentioned); every row of the input gives one row, in order, empty reports too.
    Without: the id, row (from 0, as ids may repeat), section (the text column), sentence, start, end (characters),
    text, canonical, type, assertion, certainty, change, laterality, severity, anatomy, measurements (mm), flags;
    lists are JSON text in CSV.

    Rules only, no downloads; the table is read in pieces, so it may be larger than the memory. Examples:

        medmill annotate findings --input reports.csv --id study_id --text findings,impression --out entities.parquet

        medmill annotate findings --input ct.csv.gz --id AccessionNo --text report_text --labels ctrate18 --out ct.csv

    Args:
        input_: a .csv, .parquet or .jsonl file, .gz too.
        id_: the column with the id of a report; ids may repeat.
        text: the column with the text; several, with commas between them, are read as sections of one report.
        out: the file to write; its name says the format (.csv, .parquet, .jsonl, .gz too).
        labels: a label set.
        limit: only the first so many rows.
        quiet: no progress.
        as_json: print one JSON object with counts.
    """
    from builders.annotating import annotated

    texts = _checked(input_, id_, text, out, labels)
    progress = Progress(quiet)
    read = first_rows(batches(input_, [id_, *texts], BATCH), limit)
    written = write(out, _counted(annotated(read, id_, texts, labels), labels, progress))
    _tell(progress, written, out, labels, as_json)
    return 0


def _checked(input_: Path, id_: str, text: str, out: Path, labels: str | None) -> list[str]:
    """The text columns; raises `UsageError` for what cannot go together, before anything is read."""
    from builders.annotating import columns

    texts = text_columns(text, id_, columns(labels))
    kind(input_)
    kind(out)
    if out.exists() and input_.exists() and out.samefile(input_):
        raise UsageError(f"{out}: --out is the input itself; name another file")
    return texts


def text_columns(text: str, id_: str, made: Container[str]) -> list[str]:
    """The columns that `--text` names; raises `UsageError` where they, `--id` and those of the output clash."""
    texts = [name.strip() for name in text.split(",") if name.strip()]
    if not texts or len(set(texts)) < len(texts):
        raise UsageError(f"--text {text!r}: expected column names, each once, with commas between them")
    if id_ in texts:
        raise UsageError(f"--id {id_} is a text column too; name the column that holds the ids")
    if id_ in made:
        raise UsageError(f"--id {id_}: the output has a column of that name; rename the id column of the input")
    return texts


def first_rows(frames: Iterator[pl.DataFrame], limit: int | None) -> Iterator[pl.DataFrame]:
    """The first so many rows, or all."""
    left = limit
    for frame in frames:
        yield frame if left is None else frame.head(left)
        if left is not None:
            left -= len(frame)
            if left <= 0:
                return


def _counted(
    made: Iterator[tuple[int, pl.DataFrame]], labels: str | None, progress: Progress
) -> Iterator[pl.DataFrame]:
    for read, frame in made:
        _count(progress, frame, labels)
        progress.add(read)
        yield frame


def _count(progress: Progress, made: pl.DataFrame, labels: str | None) -> None:
    if labels:
        told = made.select(
            pl.col(name.removesuffix("_state")).sum() for name in made.columns if name.endswith("_state")
        )
        counts = {name: told[name].item() for name in told.columns}
    else:
        counts = dict(made["assertion"].cast(pl.String).value_counts(sort=True).iter_rows())
    for name, number in counts.items():
        progress.counts[name] = progress.counts.get(name, 0) + number


def _tell(progress: Progress, written: int, out: Path, labels: str | None, as_json: bool) -> None:
    if as_json:
        facts = {"rows_in": progress.rows, "rows_out": written, "out": str(out), "labels": labels}
        print(json.dumps({**facts, "counts": progress.counts, "seconds": round(progress.seconds, 3)}, indent=2))
    else:
        what = "rows" if labels else "entities"
        print(f"{progress.rows:,} rows read, {written:,} {what} written to {out} in {progress.seconds:.1f} s")
