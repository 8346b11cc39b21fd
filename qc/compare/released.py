"""Counts of the tables that RadGenome-Chest CT publishes (arXiv 2404.16754): CSV files with slots, one row a node."""

from pathlib import Path
from typing import Final

import polars as pl

from qc.compare.counts import Counts, counted
from schemas.anatomy import canonical
from schemas.errors import UsageError

NO_FINDINGS: Final = "no findings"
ENDS: Final = {
    "vqa_abnormality": ("Volumename", "Anatomy"),
    "vqa_location": ("Volumename", "Anatomy"),
    "vqa_presence": ("Volumename", "Anatomy", "Presence"),
    "vqa_size": ("Volumename", "Anatomy"),
    "case_disorders": ("Volumename", "Disorders"),
}
"""How names of the files end (before `.csv` or `.csv.gz`; `train_` or `validation_` stands in front), and the columns
that are read."""
_TYPE: Final = {"vqa_abnormality": "abnormality", "vqa_location": "location", "vqa_size": "size"}


def released(folder: Path) -> Counts:
    """Count the files of a folder; raises `UsageError` where there is none, or one lacks a column."""
    found = {end: sorted(_files(folder, end)) for end in ENDS}
    if not any(found.values()):
        ends = ", ".join(f"*{end}.csv" for end in ENDS)
        raise UsageError(f"--compare {folder}: neither a build nor a folder with {ends}")
    parts = [_rows(path, end) for end, paths in found.items() for path in paths]
    return counted(parts, {path.name: end for end, paths in found.items() for path in paths})


def node_of(path: str) -> str:
    """The node that a published path leads to; one that the anatomy does not know goes by its last name."""
    leaf = path.rpartition("/")[2].strip()
    try:
        return canonical(leaf)
    except KeyError:
        return leaf


def _files(folder: Path, end: str) -> list[Path]:
    return [*folder.glob(f"*{end}.csv"), *folder.glob(f"*{end}.csv.gz")]


def _rows(path: Path, end: str) -> pl.LazyFrame:
    rows = pl.read_csv(path, infer_schema=False)
    if missing := [column for column in ENDS[end] if column not in rows.columns]:
        raise UsageError(f"--compare {path}: no column {', '.join(missing)}; it has {', '.join(rows.columns)}")
    return _disorders(rows) if end == "case_disorders" else _nodes(rows, end)


def _nodes(rows: pl.DataFrame, end: str) -> pl.LazyFrame:
    """Rows without a path speak of the whole scan, which is no node."""
    placed = rows.drop_nulls("Anatomy")
    nodes = {path: node_of(path) for path in placed["Anatomy"].unique()}
    kind = pl.lit(_TYPE[end]) if end in _TYPE else _answer(pl.col("Presence"))
    named = pl.col("Anatomy").replace_strict(nodes, return_dtype=pl.String)
    return placed.lazy().select(type=kind, node=named, case="Volumename").drop_nulls("type")


def _answer(words: pl.Expr) -> pl.Expr:
    said = words.str.strip_chars(" .").str.to_lowercase()
    return pl.when(said.is_in(["yes", "no"])).then(pl.lit("presence ") + said)


def _disorders(rows: pl.DataFrame) -> pl.LazyFrame:
    names = rows.lazy().select(case="Volumename", node=pl.col("Disorders").str.split(",")).explode("node")
    names = names.with_columns(pl.col("node").str.strip_chars(" .").str.to_lowercase(), type=pl.lit("disorders"))
    return names.filter(pl.col("node").fill_null("") != "", pl.col("node") != NO_FINDINGS)
