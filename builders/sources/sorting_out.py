"""Which rows of a raw table can be reports, and why the others cannot."""

from collections.abc import Sequence

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept
from schemas.words import SPLITS

REPORT_COLUMNS = ("id", "patient", "date", "split", "path", "text", "sections")
SPLIT_NAMES = {"train": "train", "validate": "validation", "valid": "validation", "val": "validation", "test": "test"}
SPLIT_NAMES |= {name: name for name in SPLITS}


def sort_out(frame: pl.DataFrame, reasons: Sequence[tuple[str, pl.Expr, pl.Expr]]) -> Kept:
    """Reject the rows to which a reason applies; the first that applies is the one given.

    `reasons`: (reason, whether it applies, detail) each; neither may hold words of a report. `frame` has an `id`.
    """
    reason, detail = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for name, applies, told in reversed(reasons):
        reason = pl.when(applies).then(pl.lit(name)).otherwise(reason)
        detail = pl.when(applies).then(told).otherwise(detail)
    judged = frame.with_columns(_reason=reason, _detail=detail)
    rejected = judged.filter(pl.col("_reason").is_not_null()).select("id", reason="_reason", detail="_detail")
    kept = judged.filter(pl.col("_reason").is_null()).drop("_reason", "_detail")
    return Kept(kept, rejected.cast(pl.Schema(REJECTED_SCHEMA)))


def repeated(key: str = "id") -> pl.Expr:
    """Whether an earlier row of this frame has the same key."""
    return ~pl.col(key).is_first_distinct()


def split_named(column: str) -> pl.Expr:
    """Split names of sources (`validate`, `valid`, `val`) as ours; null for any other word."""
    lower = pl.col(column).str.strip_chars().str.to_lowercase()
    return lower.replace_strict(SPLIT_NAMES, default=None, return_dtype=pl.String).cast(pl.Enum(SPLITS))
