"""Runs without a model: the right answers, those of other items, the commonest one; they show what a score means."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, Literal, get_args

import polars as pl

from schemas.errors import UsageError

Trivial = Literal["gold", "shuffled", "majority"]
TRIVIAL: Final[Sequence[str]] = get_args(Trivial)


def trivial_run(name: str, items: pl.DataFrame) -> pl.DataFrame:
    """id and output of every item.

    `gold`: the best right answer. `shuffled`: that of the next item of the task, in an order drawn by ids: what
    answers of the right form get by chance. `majority`: the commonest right answer of the task, of equally common ones
    the first in the alphabet. Raises `UsageError` for another name.
    """
    if name not in TRIVIAL:
        raise UsageError(f"no baseline is called {name!r}; expected one of {', '.join(TRIVIAL)}")
    own = items.select("id", "task", output=pl.col("outputs").list.first()).sort("id")
    if name == "shuffled":
        drawn = [blake2b(id_.encode(), digest_size=8, key=b"shuffled").hexdigest() for id_ in own["id"]]
        own = own.with_columns(pl.Series("place", drawn)).sort("task", "place")
        following = pl.col("output").shift(-1).fill_null(pl.col("output").first())
        own = own.with_columns(following.over("task"))
    elif name == "majority":
        counts = own.group_by("task", "output").len().sort("task", "len", "output", descending=[False, True, False])
        common = counts.group_by("task", maintain_order=True).first().select("task", "output")
        own = own.drop("output").join(common, on="task", how="left", maintain_order="left")
    return own.select("id", "output").sort("id")
