"""Which pairs of a text come first: the most alike, or those that are drawn."""

import polars as pl

from builders.duplicates.neighbours import drawn_turns


def placed(candidates: pl.DataFrame) -> pl.DataFrame:
    """Candidate rows by key, the most alike first, with `alike` and `drawn`: the place of each among those of its key.

    Places begin at 0. What is drawn hangs on both texts alone, not on what else there is.
    """
    turns = drawn_turns(candidates["key"].to_numpy(), candidates["other"].to_numpy())
    place = pl.int_range(pl.len(), dtype=pl.UInt32).over("key")
    by_turn = candidates.with_columns(turn=pl.Series(turns)).sort("key", "turn").with_columns(drawn=place)
    by_likeness = by_turn.sort("key", "equal", "turn", descending=[False, True, False])
    return by_likeness.with_columns(alike=place).drop("turn")


def among(alike: int | pl.Expr, drawn: int) -> pl.Expr:
    """Of placed pairs, whether one is among the first `alike` or `drawn` of its key."""
    return (pl.col("alike") < alike) | (pl.col("drawn") < drawn)


def foremost(candidates: pl.DataFrame, alike: int, drawn: int) -> pl.DataFrame:
    """Those among the first `alike` or `drawn` of their key: nothing is lost to who takes no more of each from them.

    The foremost of many are the foremost of the foremost of their parts.
    """
    crowded = pl.len().over("key") > alike
    many = placed(candidates.filter(crowded))
    return pl.concat([candidates.filter(~crowded), many.filter(among(alike, drawn)).select(candidates.columns)])
