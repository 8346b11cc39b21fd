"""Which annotators people side with on what annotators differ in."""

from collections.abc import Mapping

import polars as pl

from qc.review.verdicts import named


def who_is_right(
    rows: pl.DataFrame, key: tuple[str, ...], said: Mapping[str, str | None]
) -> dict[str, tuple[int, int]]:
    """By annotator: on how many disputes people side with it, of how many that they decided and it voted on.

    `rows`: Dispute rows; `said`: what reviewers say together, by `named(key)`. Who names an entity is right where it is
    accepted; who does not, where it is rejected or corrected.
    """
    accepted = [
        None if (of := said.get(named(row))) is None else of == "accepted" for row in rows.select(key).to_dicts()
    ]
    decided = rows.select("by", "against", accepted=pl.Series(accepted, dtype=pl.Boolean)).drop_nulls("accepted")
    sides = [
        decided.select(annotator=column, right=right).explode("annotator").drop_nulls()
        for column, right in (("by", pl.col("accepted")), ("against", ~pl.col("accepted")))
    ]
    counts = pl.concat(sides).group_by("annotator").agg(right=pl.col("right").sum(), of=pl.len()).sort("annotator")
    return {annotator: (right, of) for annotator, right, of in counts.iter_rows()}
