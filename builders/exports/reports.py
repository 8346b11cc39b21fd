"""`medmill export reports`: the parsed reports of any source as one table."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter

from builders.base import Source
from builders.exports.table_writer import TableWriter
from builders.reading import one_source, reports_of
from builders.sources.sections import last_of_each, official_sections
from builders.store import drafted

SECTIONED = ("impression", "findings", "last_paragraph", "comparison")
"""Columns of `mimic_cxr_sectioned.csv` behind `study`, in its order."""
_SECTIONS = ("findings", "impression", "indication", "comparison", "history", "technique", "last_paragraph")
_OFFICIAL = ("mimic-cxr", "synthetic")


def reports(
    *,
    source: tuple[str, ...],
    out: Path,
    format_: Annotated[Literal["table", "sectioned"], Parameter(name="--format")] = "table",
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    quiet: bool = False,
) -> None:
    """Write the parsed reports of any source as one table, one row per report.

    `table`: id, patient, date, split, path, text, and a column per section (of equal names the last).
    `sectioned`: study, impression, findings, last_paragraph, comparison, as `mimic_cxr_sectioned.csv` of the
    official MIMIC-CXR sectioner has them. Reports that cannot be read are listed in `<out>.rejected.csv`. For example:

        medmill export reports --source mimic-cxr=/data/mimic-cxr --format sectioned --out mimic_cxr_sectioned.csv

    Args:
        source: NAME=VALUE: the source and where it lies.
        out: The file to write: .csv, .parquet or .jsonl.
        format_: `table` or `sectioned`.
        set_: NAME.KEY=VALUE, a setting of the source; repeatable.
        quiet: Print nothing.
    """
    from builders.settings import pairs

    reader = one_source(pairs(source, "--source"), pairs(set_, "--set"), "export reports")
    rejected: list[pl.DataFrame] = []
    with TableWriter(out) as writer:
        for kept in reports_of(reader):
            rejected.append(kept.rejected)
            writer.add(_sectioned(kept.frame, reader.name) if format_ == "sectioned" else _table(kept.frame))
    told = _write_rejected(out, pl.concat(rejected) if rejected else None)
    if not quiet:
        print(f"{writer.rows} reports in {out}{told}{_reminder(reader)}", file=sys.stderr)


def _table(frame: pl.DataFrame) -> pl.DataFrame:
    held = pl.col("sections").list
    texts = [
        held.eval(pl.element().filter(pl.element().struct["name"] == name).struct["text"]).list.last().alias(name)
        for name in _SECTIONS
    ]
    return frame.with_columns(texts).select(
        *(name for name in frame.columns if name != "sections"), *_SECTIONS, "sections"
    )


def _sectioned(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    if source not in _OFFICIAL:
        return _table(frame).select(pl.col("id").alias("study"), *SECTIONED)
    rows = [
        (study, *last_of_each(official_sections(text), SECTIONED))
        for study, text in frame.select("id", "text").iter_rows()
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("study", *SECTIONED), pl.String), orient="row")


def _write_rejected(out: Path, rejected: pl.DataFrame | None) -> str:
    path = out.with_name(f"{out.name}.rejected.csv")
    if rejected is None or not rejected.height:
        path.unlink(missing_ok=True)  # of an earlier export
        return ""
    with drafted(path) as draft:
        rejected.write_csv(draft)
    counts = Counter(rejected.get_column("reason").to_list())
    return f"; not read: {', '.join(f'{n} {reason}' for reason, n in sorted(counts.items()))}, listed in {path}"


def _reminder(reader: Source) -> str:
    if reader.terms.text_may_leave == "adapted":
        return ""
    how = {"no": "must not leave this machine", "verbatim": "may leave verbatim or not at all"}
    return f"; the text of {reader.name} {how[reader.terms.text_may_leave]} (medmill sources {reader.name})"
