"""Rows whose id an earlier shard of the same table already has: no shard can know of them by itself."""

from collections.abc import Iterable, Mapping

import polars as pl


def repeats(ids: Iterable[tuple[str, pl.Series]]) -> Mapping[str, list[int]]:
    """Per shard, in their order, the rows (from 0) whose id stands in an earlier shard.

    `ids`: shard name and the ids of its rows; nulls and empty ids repeat nothing. Holds 16 bytes a row.
    """
    names, parts = [], []
    for number, (name, values) in enumerate(ids):
        names.append(name)
        rows = pl.DataFrame({"id": values.cast(pl.String).str.strip_chars()}).with_row_index("row")
        said = rows.filter(pl.col("id").fill_null("") != "")
        parts.append(said.select("row", hash=pl.col("id").hash(), shard=pl.lit(number, pl.UInt32)))
    if len(parts) < 2:
        return {}
    late = pl.col("shard") > pl.col("shard").first().over("hash")
    found = pl.concat(parts).filter(pl.col("hash").is_duplicated()).filter(late)
    by_shard = found.group_by("shard", maintain_order=True).agg("row")
    return {names[number]: rows for number, rows in by_shard.iter_rows()}
