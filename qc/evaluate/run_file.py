"""A retrieval run as its maker wrote it: a TREC run, a Parquet table, or a baseline of the dataset itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from qc.build import Build
from schemas.anatomy import WHOLE_REPORT, names, slug
from schemas.baselines import BASELINES
from schemas.errors import UsageError

COLUMNS: Final = ("query", "anatomy", "candidate", "score")
_TREC: Final = 6


def read_run(run: str, build: Build) -> pl.DataFrame:
    """query, anatomy, candidate, score of a run; higher scores are better.

    A query is a study id (the whole report), or `STUDY/ANATOMY` with the anatomy as in the ids of
    `findings`. Parquet may give the anatomy as a column of its own; it is null in a baseline, which ranks for
    none in particular. Raises `UsageError` naming the file.
    """
    path = Path(run)
    if not path.exists() and run in BASELINES:
        rows = _baseline(run, build)
    elif not path.is_file():
        raise UsageError(
            f"{run}: no such file, and no baseline ({', '.join(BASELINES)}); give a TREC run or a Parquet file"
        )
    else:
        rows = _parquet(path) if _is_parquet(path) else _trec(path)
    rows = _with_anatomy(rows).select(COLUMNS)
    if rows["score"].is_nan().any() or rows["score"].has_nulls():
        raise UsageError(f"{run}: some scores are missing or not a number; every candidate needs one")
    return rows.unique(["query", "anatomy", "candidate"], keep="first", maintain_order=True)


def _baseline(method: str, build: Build) -> pl.DataFrame:
    if not build.has("baselines"):
        raise UsageError(f"{build.folder} has no table of baselines; build it again, or give a run file")
    rows = build.scan("baselines", ["method", "query", "candidate", "score"])
    rows = rows.filter(pl.col("method").cast(pl.String) == method).select("query", "candidate", "score")
    return rows.with_columns(anatomy=pl.lit(None, pl.String)).collect()


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _parquet(path: Path) -> pl.DataFrame:
    rows = pl.scan_parquet(path)
    columns = rows.collect_schema().names()
    missing = {"query", "candidate", "score"} - set(columns)
    if missing:
        found = ", ".join(columns)
        raise UsageError(f"{path}: no column {', '.join(sorted(missing))}; found {found}; wanted {', '.join(COLUMNS)}")
    return rows.select(
        pl.col(name).cast(pl.Float64 if name == "score" else pl.String) for name in COLUMNS if name in columns
    ).collect()


def _trec(path: Path) -> pl.DataFrame:
    """`qid Q0 docid rank score tag`; the rank is ignored, as trec_eval does."""
    rows = list(_lines(path))
    if not rows:
        raise UsageError(f"{path}: empty; a TREC run has lines of `qid Q0 docid rank score tag`")
    return pl.DataFrame(rows, schema={"query": pl.String, "candidate": pl.String, "score": pl.Float64}, orient="row")


def _lines(path: Path) -> Iterator[tuple[str, str, float]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            words = line.split()
            if not words:
                continue
            try:
                query, _, candidate, _, score, _ = words
                yield query, candidate, float(score)
            except ValueError:
                raise UsageError(
                    f"{path} line {number}: expected `qid Q0 docid rank score tag` ({_TREC} words), got {len(words)} "
                    "words or a score that is no number"
                ) from None


def _with_anatomy(rows: pl.DataFrame) -> pl.DataFrame:
    """Cut `STUDY/ANATOMY` in two where the anatomy is not a column."""
    if "anatomy" in rows.columns:
        return rows
    known = {slug(name): name for name in (*names(), WHOLE_REPORT)}
    tail = pl.col("query").str.extract(r"/([^/]+)$")
    anatomy = tail.replace_strict(known, default=None, return_dtype=pl.String)
    study = pl.when(anatomy.is_null()).then("query").otherwise(pl.col("query").str.replace(r"/[^/]+$", ""))
    return rows.with_columns(anatomy=anatomy.fill_null(WHOLE_REPORT), query=study)
