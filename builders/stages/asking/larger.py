"""Which of two is larger? By the volumes of their masks."""

from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.proof import MARGIN, named, twins, whole
from builders.stages.asking.rows import questions
from builders.stages.asking.wording import node_said
from schemas import anatomy

_NEIGHBOURS: Final = (
    ("right upper lobe", "right lower lobe"),
    ("right upper lobe", "right middle lobe"),
    ("left upper lobe", "left lower lobe"),
    ("left ventricle", "left atrium"),
)


def larger(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows about two whole structures, if one is clearly larger."""
    neighbours = pl.DataFrame(_NEIGHBOURS, ["node", "other"], orient="row")
    pairs = pl.concat([twins(), neighbours])
    there = whole(asked).select("study", "structure", "mask", "volume_ml")
    first = there.rename({"structure": "node"})
    second = there.rename({"structure": "other", "mask": "other_mask", "volume_ml": "other_ml"})
    both = first.join(pairs, on="node", maintain_order="left_right").join(
        second, on=["study", "other"], maintain_order="left"
    )
    said = {name: node_said(name) for name in anatomy.names()}
    clear = pl.max_horizontal("volume_ml", "other_ml") > (1 + MARGIN) * pl.min_horizontal("volume_ml", "other_ml")
    bigger = pl.when(pl.col("volume_ml") > pl.col("other_ml")).then("node").otherwise("other")
    slugs = {name: anatomy.slug(name) for name in anatomy.names()}
    rows = (
        both.filter(clear)
        .join(_spoken(asked, pairs), on=["study", "node", "other"], how="inner", maintain_order="left")
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            finding=pl.lit(None, pl.String),
            part=pl.col("other").replace_strict(slugs, return_dtype=pl.String),
            answer=bigger.replace_strict(said, return_dtype=pl.String),
            choices=pl.concat_list(pl.col("node", "other").replace_strict(said, return_dtype=pl.String)),
            masks=pl.concat_list("mask", "other_mask"),
            rule=pl.lit("mask:larger"),
        )
        .with_columns(open_answer="answer")
    )
    return questions(rows, "larger", seed=seed, closed=0.7)


def _spoken(asked: Asked, pairs: pl.DataFrame) -> pl.DataFrame:
    """study, node, other, evidence: where the report speaks of either of a pair."""
    told = named(asked)
    either = [
        told.rename({"node": name})
        .join(pairs, on=name, maintain_order="left_right")
        .select("study", "node", "other", "evidence")
        for name in ("node", "other")
    ]
    return (
        pl.concat(either)
        .group_by("study", "node", "other", maintain_order=True)
        .agg(evidence=pl.col("evidence").explode().unique().sort())
    )
