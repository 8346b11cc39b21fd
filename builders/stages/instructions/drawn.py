"""Instances that the mixture draws, each as often as it is drawn."""

from pathlib import Path

import polars as pl


def drawn(instances: pl.DataFrame, drawable: pl.DataFrame, mixture: Path) -> pl.DataFrame:
    """A row for each time that an instance is drawn, counted by `copy`; those of validation once.

    `instances`: Instance rows; `drawable`: the Drawable rows of these; `mixture`: a finished table of MixtureShare.
    """
    rows = instances.join(drawable.select("id", "draw"), on="id", how="inner", maintain_order="left")
    shares = pl.read_parquet(mixture / "*.parquet").select("task", "copies", "within", "once_more")
    rows = rows.join(shares, on="task", how="left", maintain_order="left")
    times = (
        pl.when(pl.col("draw") <= pl.col("within")).then("copies").otherwise(0)
        + (pl.col("draw") <= pl.col("once_more")).fill_null(value=False).cast(pl.Int32)
    )  # fmt: skip
    times = pl.when(pl.col("split") == "train").then(times).otherwise(1)
    rows = rows.with_columns(copy=pl.int_ranges(0, times, dtype=pl.Int32)).filter(pl.col("copy").list.len() > 0)
    return rows.explode("copy").drop("copies", "within", "once_more")
