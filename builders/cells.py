"""The texts of a user's table, cell by cell, and what was made of them under the ids of their rows."""

from collections.abc import Iterator, Sequence

import polars as pl


def numbered(frames: Iterator[pl.DataFrame], columns: Sequence[str]) -> Iterator[tuple[int, pl.DataFrame]]:
    """Batches with the number of their first row; without any, one that is empty: a writer then knows the columns."""
    done = 0
    for frame in or_empty(frames, columns):
        yield done, frame
        done += len(frame)


def or_empty(frames: Iterator[pl.DataFrame], columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The batches, or one without rows."""
    yield next(frames, pl.DataFrame(schema=dict.fromkeys(columns, pl.String)))
    yield from frames


def cells(frame: pl.DataFrame, first: int, texts: Sequence[str]) -> list[tuple[int, str, str]]:
    """Row (from `first`), column and text of every cell that is not blank."""
    return [
        (row, name, text)
        for row, values in enumerate(frame.select(texts).cast(pl.String).iter_rows(), first)
        for name, text in zip(texts, values, strict=True)
        if text and not text.isspace()
    ]


def under_ids(made: pl.DataFrame, frame: pl.DataFrame, first: int, id_: str) -> pl.DataFrame:
    """What has a `row`, with the id of that row before it."""
    ids = frame.select(pl.col(id_), row=pl.int_range(first, first + pl.len(), dtype=pl.Int64))
    return made.join(ids, on="row", how="left", maintain_order="left").select(id_, *made.columns)
