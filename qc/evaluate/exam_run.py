"""What a model answered to examination questions, as its maker wrote it: by id, or in the published columns."""

from pathlib import Path
from typing import Final

import polars as pl

from schemas.errors import UsageError
from schemas.published_exams import PUBLISHED

PUBLISHED_COLUMNS: Final = {
    "Language": "language",
    "ModelInput": "input",
    "ModelOutput": "output",
    "GT_Answer": "truth",
}
_IDS: Final = ("id", "question_id")
_OUTPUTS: Final = ("output", "answer", "prediction", "response")
_WANTED: Final = "id and output (and rationale), or the published Language, ModelInput, ModelOutput, GT_Answer"
_CODES: Final = {line.name.lower(): code for code, line in PUBLISHED.items()} | {code: code for code in PUBLISHED}


def read_exam_run(path: Path) -> pl.DataFrame:
    """id, output, rationale (null where the run has none); or, of the published form, language, input, output, truth.

    Raises `UsageError` for a file that is neither.
    """
    rows = table(path, _WANTED)
    if set(PUBLISHED_COLUMNS) <= set(rows.columns):
        named = rows.select(pl.col(theirs).cast(pl.String).fill_null("").alias(ours)
                            for theirs, ours in PUBLISHED_COLUMNS.items())  # fmt: skip
        return named.with_columns(language=_language(named, path))
    key, output = (next((name for name in names if name in rows.columns), "") for names in (_IDS, _OUTPUTS))
    if not key or not output:
        raise UsageError(f"{path}: the columns are {', '.join(rows.columns)}; expected {_WANTED}")
    reasons = _text(rows, "rationale") if "rationale" in rows.columns else pl.lit(None, pl.String)
    made = rows.select(id=pl.col(key).cast(pl.String), output=_text(rows, output).fill_null(""), rationale=reasons)
    if made["id"].has_nulls():
        raise UsageError(f"{path}: {made['id'].null_count():,} rows have no id")
    return made


def is_published(run: pl.DataFrame) -> bool:
    """Whether a run is in the published form."""
    return "truth" in run.columns


def holds_rationales(run: pl.DataFrame) -> bool:
    """Whether what a published file holds as the truth is rationales, not letters."""
    return not run["truth"].str.contains(r"^\s*[A-Z](?:\s*,\s*[A-Z])*\s*$").all()


def once(run: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, int]:
    """Each question once, and how many rows were the same again; raises `UsageError` where two say different things."""
    distinct = run.unique(maintain_order=True)
    twice = distinct.filter(pl.col("id").is_duplicated())["id"].n_unique()
    if twice:
        some = ", ".join(distinct.filter(pl.col("id").is_duplicated())["id"].unique(maintain_order=True).head(3))
        raise UsageError(f"{path}: {twice:,} questions are answered twice and differently ({some} …); keep one answer")
    return distinct, run.height - distinct.height


def table(path: Path, wanted: str) -> pl.DataFrame:
    """All rows of a run file, of a .csv all as text; raises `UsageError` that says what was `wanted`."""
    kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if not path.is_file() or kind not in ("csv", "jsonl", "ndjson", "parquet"):
        raise UsageError(f"{path}: no such file, or not .csv, .jsonl or .parquet; expected one with {wanted}")
    try:
        if kind == "csv":
            rows = pl.read_csv(path, infer_schema=False)
        elif kind == "parquet":
            rows = pl.read_parquet(path)
        else:
            rows = pl.read_ndjson(path, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UsageError(f"{path}: cannot be read as .{kind} ({type(error).__name__}); expected {wanted}") from None
    if not rows.height:
        raise UsageError(f"{path}: no rows; expected {wanted}")
    return rows


def _text(rows: pl.DataFrame, name: str) -> pl.Expr:
    """A column as text; letters in a list are joined by commas."""
    kind = rows.schema[name]
    if isinstance(kind, pl.List):
        return pl.col(name).cast(pl.List(pl.String)).list.join(",")
    return pl.col(name).cast(pl.String)


def _language(named: pl.DataFrame, path: Path) -> pl.Series:
    found = named["language"].str.strip_chars().str.to_lowercase()
    if unknown := sorted(set(found) - set(_CODES)):
        known = ", ".join(line.name for line in PUBLISHED.values())
        raise UsageError(f"{path}: the column Language holds {', '.join(unknown[:3])}; expected {known}")
    return found.replace_strict(_CODES, return_dtype=pl.String)
