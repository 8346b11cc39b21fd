"""Findings in the words and looks of a reader: what is normal is not called absent."""

from typing import Any

import polars as pl
import pytest

from qc.build import Build
from qc.review.item import Shown
from qc.review.reviewable import reviewable
from qc.review.shown import shown


@pytest.fixture
def heart(good: Any) -> Shown:
    """A finding whose only entity says that all is well, and its report."""
    row = good.read("findings").filter(
        pl.col("split").cast(pl.String) == "validation", pl.col("entities").list.len() == 1
    )
    one = row.row(0, named=True)
    well = pl.col("report") == one["study"]
    term = one["entities"][0]["term"]
    good.edit(
        "entities",
        lambda rows: rows.with_columns(
            type=pl.when(well & (pl.col("canonical") == term))
            .then(pl.lit("Non-Abnormality"))
            .otherwise(pl.col("type").cast(pl.String))
            .cast(rows.schema["type"]),
            assertion=pl.when(well & (pl.col("canonical") == term))
            .then(pl.lit("present"))
            .otherwise(pl.col("assertion").cast(pl.String))
            .cast(rows.schema["assertion"]),
        ),
        "all",
    )
    kind = pl.element().struct.with_fields(type=pl.lit("Non-Abnormality", row.schema["entities"].inner.fields[1].dtype))
    mine = pl.col("id") == one["id"]
    good.edit(
        "findings",
        lambda rows: rows.with_columns(
            pl.when(mine).then(pl.col("entities").list.eval(kind)).otherwise("entities").alias("entities")
        ),
        "validation",
    )
    found = shown(Build.open(good.folder), reviewable("findings"), {"id": one["id"]})
    assert found
    return found


def test_a_normal_statement_is_no_denial(heart: Shown) -> None:
    (line,) = heart.lines
    assert line.kind == "normal" and not line.words.startswith("no ")


def test_what_belongs_to_the_question_is_marked_in_the_report(heart: Shown) -> None:
    meant = [p for passage in heart.told.passages for p in passage.pieces if p.weight == "meant"]
    assert [(p.text, p.kind) for p in meant] == [(heart.lines[0].words, "normal")]
