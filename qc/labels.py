"""Independent labels as a matrix: which studies carry which findings, and how far two label sets agree."""

from dataclasses import dataclass

import numpy as np
import polars as pl

PEOPLE = "people"


@dataclass(frozen=True)
class Labelled:
    """`studies` in sorted order; `has` (studies x labels) is 1 where a label is present."""

    label_set: str
    origin: str
    studies: pl.Series
    has: np.ndarray

    def jaccard(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Jaccard similarity of the label sets, shape (rows, columns); 0 where both are empty."""
        left, right = self.has[rows], self.has[columns]
        shared = left @ right.T
        either = left.sum(axis=1)[:, None] + right.sum(axis=1)[None, :] - shared
        return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def labelled(rows: pl.LazyFrame) -> Labelled | None:
    """The best labels among `rows` (Label): those of people before a labeller's, then the larger set; None for none."""
    sets = rows.group_by("label_set", "origin").len().collect()
    if not sets.height:
        return None
    sets = sets.sort(pl.col("origin") != PEOPLE, -pl.col("len").cast(pl.Int64), "label_set", "origin")
    label_set, origin, _ = sets.row(0)
    wide = (
        rows.filter(pl.col("label_set") == label_set, pl.col("origin") == origin)
        .select("study", "label", present=(pl.col("state").cast(pl.String) == "present").cast(pl.Float32))
        .collect()
        .pivot("label", index="study", values="present", aggregate_function="max", sort_columns=True)
        .fill_null(0)
        .sort("study")
    )
    return Labelled(label_set, origin, wide["study"], wide.drop("study").to_numpy())
