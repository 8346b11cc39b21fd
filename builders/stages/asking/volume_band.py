"""How large is a structure? The range that holds the volume of its mask.

All ranges are choices of every question: a few around the answer would let it be told from what they leave out.
"""

from itertools import pairwise
from typing import Final

import polars as pl

from builders.stages.asking.facts import Asked
from builders.stages.asking.proof import named, whole
from builders.stages.asking.rows import questions

_ENDS: Final = (5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800)
_NEAR: Final = 0.04
"""No question is asked so near to the end of a range."""
BANDS: Final = (
    f"below {_ENDS[0]} ml",
    *(f"{low} to {high} ml" for low, high in pairwise(_ENDS)),
    f"above {_ENDS[-1]} ml",
)


def volume_band(asked: Asked, *, seed: str) -> pl.DataFrame:
    """Question rows about whole structures; none near the end of a range."""
    size = pl.col("volume_ml")
    near = pl.any_horizontal(size.is_between(end * (1 - _NEAR), end * (1 + _NEAR)) for end in _ENDS)
    place = pl.sum_horizontal((size > end).cast(pl.Int32) for end in _ENDS)
    rows = (
        whole(asked)
        .rename({"structure": "node"})
        .filter(~near)
        .join(named(asked), on=["study", "node"], how="inner", maintain_order="left")
        .join(asked.scans, on="study", maintain_order="left")
        .with_columns(
            finding=pl.lit(None, pl.String),
            choices=pl.lit(list(BANDS)),
            answer=place.replace_strict(list(range(len(BANDS))), list(BANDS), return_dtype=pl.String),
            masks=pl.concat_list("mask"),
            rule=pl.lit("mask:volume_band"),
        )
        .with_columns(open_answer="answer")
    )
    return questions(rows, "volume_band", seed=seed, closed=0.7)
