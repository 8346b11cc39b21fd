"""Splits of exams that come without: 8:1:1 to the question, and what nearly repeats each other in one split."""

import polars as pl

from builders.stages.hashing import hex_digest
from builders.stages.splits import DRAWN


def drawn_splits(questions: pl.DataFrame, seed: str) -> pl.DataFrame:
    """id and split; `questions`: id and group.

    Groups are taken in the order of a keyed hash of their first id. Test is filled first, then validation, each by
    the groups that still fit; train has the rest. So the sizes are the rounded shares, where single questions are
    many, and do not depend on the order of files.
    """
    n = questions.height
    first = questions.group_by("group", maintain_order=True).agg(pl.col("id").min(), size=pl.len())
    first = first.with_columns(turn=hex_digest(first["id"], seed=seed)).sort("turn", "id")
    room = {"test": round(n * DRAWN[2]), "validation": round(n * DRAWN[1])}
    splits = []
    for size in first["size"]:
        split = next((name for name, left in room.items() if size <= left), "train")
        if split in room:
            room[split] -= size
        splits.append(split)
    found = first.select("group", split=pl.Series(splits, dtype=pl.String))
    return (
        questions.select("id", "group").join(found, on="group", how="left", maintain_order="left").select("id", "split")
    )
