"""How large is it? The size that the report gives of a finding now, in millimetres."""

from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.rows import questions
from builders.stages.asking.spoken import spoken

BANDS: Final = ("up to 5 mm", "over 5 up to 10 mm", "over 10 up to 30 mm", "over 30 mm")
"""Of the largest diameter. Nodules of 30 mm and more are masses (Fleischner Society glossary, Radiology 2024)."""
_ENDS: Final = (5.0, 10.0, 30.0)


def sizes(asked: Asked) -> pl.DataFrame:
    """study, node, finding, size, largest, evidence, masks: findings of which the report gives one size.

    Neither sizes of earlier studies, nor limits ("below 5 mm"), nor the calibre of the structure itself.
    """
    given = current(spoken(asked, "measurements")).with_columns(size=written(), largest=pl.col("values").list.max())
    return (
        given.sort("study", "node", "finding", "span")
        .group_by("study", "node", "finding", maintain_order=True)
        .agg(
            pl.col("size", "largest").first(),
            n=pl.col("size").n_unique(),
            evidence=pl.col("span").unique(maintain_order=True),
            masks=pl.col("masks").explode().drop_nulls().unique().sort(),
        )
        .filter(pl.col("n") == 1)
    )


def size(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows."""
    ends = pl.sum_horizontal((pl.col("largest") > end).cast(pl.Int32) for end in _ENDS)
    rows = (
        sizes(asked)
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            answer=ends.replace_strict(list(range(len(BANDS))), list(BANDS), return_dtype=pl.String),
            open_answer="size",
            choices=pl.lit(list(BANDS)),
            rule=pl.lit("report:size"),
        )
    )
    return questions(rows, "size", seed=seed, closed=0.4)


def current(entities: pl.DataFrame) -> pl.DataFrame:
    """One row per measurement that gives a finding's own size in this study, with its `values` in mm."""
    return (
        entities.explode("measurements")
        .drop_nulls("measurements")
        .unnest("measurements")
        .filter(
            ~pl.col("prior"),
            pl.col("owner").cast(pl.String) == "finding",
            pl.col("comparator").cast(pl.String) == "=",
            pl.col("values").list.len() > 0,
        )
    )


def written() -> pl.Expr:
    """`23 x 11 mm`, `3.5 mm`; a range as `2-3 mm`."""
    number = pl.element().cast(pl.Float64).round(1).cast(pl.String).str.strip_suffix(".0")
    parts = pl.col("values").list.eval(number)
    return pl.when("range").then(parts.list.join("-")).otherwise(parts.list.join(" x ")) + " mm"
