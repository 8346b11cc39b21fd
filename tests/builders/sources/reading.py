"""Read a whole table of a source, as the engine would, shard by shard."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from builders.base import Kept, Source

NOBODY = 65534


def read_all(source: Source, table: str = "reports") -> Kept:
    """All rows of a table, checked against its schema, and all rejected rows."""
    pieces = [source.read(table, shard.name) for shard in source.shards(table)]
    kept = [piece if isinstance(piece, Kept) else Kept(piece, _nothing()) for piece in pieces]
    frame = pl.concat([piece.frame for piece in kept])
    return Kept(source.tables[table].validate(frame), pl.concat([piece.rejected for piece in kept]))


def reasons(kept: Kept) -> dict[str, str]:
    """Rejected id to reason."""
    return dict(kept.rejected.select("id", "reason").iter_rows())


def cut_out_verbatim(reports: pl.DataFrame) -> bool:
    """Whether every section is the report's text at its offset."""
    sections = reports.select("text", section="sections").explode("section").drop_nulls()
    start, body = (pl.col("section").struct[name] for name in ("start", "text"))
    return sections.select((pl.col("text").str.slice(start, body.str.len_chars()) == body).all()).item()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act as a user without special rights, for root may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(("id", "reason", "detail"), pl.String))
