"""Left or right? Of findings that the report puts on one side, where the mask proves which side that is."""

from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.location import places
from builders.stages.asking.proof import twins, whole
from builders.stages.asking.rows import questions
from schemas import anatomy

SIDES: Final = ("left", "right")


def side(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows: one per scan and finding, if the masks lie as the report says."""
    named = {name: anatomy.side(name) for name in anatomy.names()}
    unsure = asked.told.filter(pl.col("assertion") == "uncertain").select("study", finding="term").unique()
    one_sided = (
        places(asked)
        .with_columns(side=pl.col("place").replace_strict(named, return_dtype=pl.String))
        .filter(
            pl.col("side").n_unique().over("study", "finding") == 1,
            ~pl.col("conflict").any().over("study", "finding"),
            pl.col("side").is_in(SIDES),
        )
        .join(unsure, on=["study", "finding"], how="anti", maintain_order="left")
    )
    rows = (
        one_sided.join(_proven(asked), on=["study", "place"], how="inner", maintain_order="left")
        .filter(pl.col("side") == pl.col("shown"))
        .group_by("study", "finding", maintain_order=True)
        .agg(answer=pl.col("side").first(), evidence=pl.col("evidence").explode().unique().sort(), masks="mask")
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            node=pl.lit(None, pl.String),
            open_answer="answer",
            choices=pl.lit(list(SIDES)),
            rule=pl.lit("mask:side"),
        )
    )
    return questions(rows, "side", seed=seed, closed=0.7)


def _proven(asked: Asked) -> pl.DataFrame:
    """study, place, mask, shown: the side of its twin that a structure lies on, in millimetres of the patient."""
    masks = whole(asked)
    left = masks.select("study", "mask", "x", node="structure")
    right = masks.select("study", other="structure", other_mask="mask", other_x="x")
    both = left.join(twins(), on="node", maintain_order="left").join(
        right, on=["study", "other"], maintain_order="left"
    )
    nearer = pl.col("x") < pl.col("other_x")
    lefts = both.select(
        "study", "mask", place="node", shown=pl.when(nearer).then(pl.lit("left")).otherwise(pl.lit("right"))
    )
    rights = both.select(
        "study", mask="other_mask", place="other", shown=pl.when(nearer).then(pl.lit("right")).otherwise(pl.lit("left"))
    )
    return pl.concat([lefts, rights])
