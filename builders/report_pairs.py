"""Two tables of reports, joined by id: the pairs, and what has no partner."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from builders.streams import batches
from schemas.errors import SourceError

REJECTED: Final = {"id": pl.String, "reason": pl.String, "detail": pl.String}
_BATCH: Final = 20_000


@dataclass(frozen=True)
class Side:
    """A table of reports: the column of the ids, and those of the text, whose sections are joined by an empty line."""

    path: Path
    id: str
    texts: Sequence[str]


def paired(candidates: Side, references: Side) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(`id`, `candidate`, `reference`) in the order of the candidates, and rejected rows with their reasons.

    A cell without text is an empty report. Raises `SourceError` where an id stands twice in a table, or no id is in
    both. Both tables are held in memory.
    """
    ours, theirs = _read(candidates), _read(references)
    pairs = ours.drop_nulls("id").join(theirs, on="id", how="inner", maintain_order="left", suffix="_2")
    if pairs.is_empty():
        raise SourceError(
            f"{candidates.path}: none of its {ours.height:,} ids in column {candidates.id} is among the "
            f"{theirs.height:,} in column {references.id} of {references.path}; name the columns that hold the same ids"
        )
    rejected = [
        _without_id(ours, candidates), _without_id(theirs, references),
        _alone(ours, theirs, "no_reference", references), _alone(theirs, ours, "no_candidate", candidates),
    ]  # fmt: skip
    return pairs.select("id", candidate="text", reference="text_2"), pl.concat(rejected)


def _read(side: Side) -> pl.DataFrame:
    """`row` (from 1), `id` (null where blank), `text`."""
    frames = [
        frame.select(
            id=pl.col(side.id).cast(pl.String).str.strip_chars().replace("", None),
            text=pl.concat_str(pl.col(side.texts).cast(pl.String), separator="\n\n", ignore_nulls=True).fill_null(""),
        )
        for frame in batches(side.path, [side.id, *side.texts], _BATCH)
    ]
    if not frames:
        raise SourceError(f"{side.path}: no rows here; expected a row per report")
    rows = pl.concat(frames).with_row_index("row", 1)
    twice = (
        rows.drop_nulls("id").with_columns(first=pl.col("row").min().over("id")).filter(pl.col("row") > pl.col("first"))
    )
    if not twice.is_empty():
        row, first = twice.select("row", "first").row(0)
        raise SourceError(
            f"{side.path}: row {row:,} has the id of row {first:,} in column {side.id} ({twice.height:,} such rows); "
            "expected each id once"
        )
    return rows


def _without_id(rows: pl.DataFrame, side: Side) -> pl.DataFrame:
    blank = rows.filter(pl.col("id").is_null())
    where = pl.format("{}: row {}", pl.lit(side.path.name), "row")
    return blank.select("id", reason=pl.lit("missing_id"), detail=where).cast(REJECTED)  # pyright: ignore[reportArgumentType]


def _alone(rows: pl.DataFrame, others: pl.DataFrame, reason: str, other: Side) -> pl.DataFrame:
    alone = rows.drop_nulls("id").join(others, on="id", how="anti", maintain_order="left")
    where = pl.lit(f"not in {other.path.name}")
    return alone.select("id", reason=pl.lit(reason), detail=where).cast(REJECTED)  # pyright: ignore[reportArgumentType]
