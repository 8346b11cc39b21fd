"""At the height of which vertebra? By the centres of masks along the patient's axis.

All vertebrae of the chest are choices of every question: a few around the answer would let it be told from what they
leave out.
"""

from functools import cache
from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.proof import COMPACT, named, whole
from builders.stages.asking.rows import questions
from builders.stages.asking.wording import node_said
from schemas import anatomy

OFFERED: Final = (
    "cervical vertebrae 7 (c7)",
    *(f"thoracic vertebrae {n} (t{n})" for n in range(1, 13)),
    *(f"lumbar vertebrae {n} (l{n})" for n in range(1, 4)),
)
NEAR: Final = 12.0
CLEARLY: Final = 3.0
"""Millimetres: the nearest vertebra lies this near (half a thoracic vertebra and disc, about), and so much nearer than
the next."""


def level(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows about compact whole structures, beside whole vertebrae."""
    rows = (
        _nearest(asked)
        .join(named(asked), on=["study", "node"], how="inner", maintain_order="left")
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            finding=pl.lit(None, pl.String),
            answer=pl.col("vertebra").replace_strict(_spoken(), return_dtype=pl.String),
            masks=pl.concat_list("mask", "vertebra_mask"),
            rule=pl.lit("mask:level"),
        )
    )
    within = pl.col("vertebra").is_in(OFFERED)
    offered = (
        pl.when(within).then(pl.lit([_spoken()[name] for name in OFFERED])).otherwise(pl.lit([], pl.List(pl.String)))
    )
    rows = rows.with_columns(choices=offered, open_answer="answer")
    return questions(rows, "level", seed=seed, closed=0.7)


def _nearest(asked: Asked) -> pl.DataFrame:
    """study, node, mask, vertebra, vertebra_mask: where one vertebra is clearly the nearest in height."""
    masks = whole(asked).drop_nulls("z")
    spine = masks.filter(pl.col("structure").is_in(list(_spoken()))).select(
        "study", vertebra="structure", vertebra_mask="mask", at="z"
    )
    apart = (
        masks.filter(pl.col("structure").is_in(COMPACT))
        .select("study", "mask", "z", node="structure")
        .join(spine, on="study", maintain_order="left_right")
        .with_columns(apart=(pl.col("z") - pl.col("at")).abs())
        .sort("study", "node", "apart", "vertebra")
    )
    near = apart.group_by("study", "node", maintain_order=True).agg(
        pl.col("mask", "vertebra", "vertebra_mask", "apart").first(),
        next=pl.col("apart").get(1, null_on_oob=True),
    )
    return near.filter(pl.col("apart") <= NEAR, pl.col("next") >= pl.col("apart") + CLEARLY)


@cache
def _spoken() -> dict[str, str]:
    """What each vertebra is called, from the head down."""
    return {name: node_said(name) for name in anatomy.names() if " vertebrae " in name}
