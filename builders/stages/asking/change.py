"""Better, worse or stable? What the report says of a finding against an earlier study."""

from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.rows import questions
from builders.stages.asking.spoken import spoken

COURSES: Final = ("better", "worse", "stable")


def change(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows of findings with one course; what is new or gone has none. An image alone does not show it."""
    rows = (
        spoken(asked, "change")
        .with_columns(pl.col("change").cast(pl.String))
        .filter(pl.col("change").is_not_null())
        .sort("study", "node", "finding", "span")
        .group_by("study", "node", "finding", maintain_order=True)
        .agg(
            answer=pl.col("change").first(),
            n=pl.col("change").n_unique(),
            evidence=pl.col("span").unique(maintain_order=True),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
        )
        .filter(pl.col("n") == 1, pl.col("answer").is_in(COURSES))
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(open_answer="answer", choices=pl.lit(list(COURSES)), rule=pl.lit("report:change"))
    )
    return questions(rows, "change", seed=seed, closed=0.7)
