"""Shards by the first digits of patient ids: stable when studies are added, and of bounded size."""

import polars as pl

FIRST = 2
"""Length of the shortest prefix, `p1`: all patient ids of MIMIC-CXR start so."""


def prefixes(patients: pl.Series, most: int) -> list[tuple[str, int]]:
    """Prefixes of patient ids that cover all rows, and their rows, in order; at most `most` each where ids allow it.

    A prefix with too many rows is cut by its next digit. MIMIC-CXR with its 227,835 studies and `most=3000`
    comes to 100 shards of about 2,280 studies (`p100`, `p101` …); a new study changes the one it falls into.
    """
    found: list[tuple[str, int]] = []
    open_rows = patients.to_frame("patient")
    longest = patients.str.len_chars().max() or 0
    for length in range(FIRST, int(longest) + 1):  # type: ignore[arg-type]
        counted = open_rows.with_columns(prefix=pl.col("patient").str.slice(0, length), n=pl.lit(1))
        counted = counted.with_columns(pl.col("n").count().over("prefix"))
        closed = counted.filter((pl.col("n") <= most) | (pl.col("patient").str.len_chars() <= length))
        found += closed.select("prefix", "n").unique().iter_rows()
        open_rows = counted.join(closed.select("prefix").unique(), on="prefix", how="anti").select("patient")
    return sorted(found)
