"""A Parquet file written a row group at a time, so that memory holds one group whatever the file's size."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from builders.store import ACCOUNT, ROW_GROUP, Account, drafted

GROUP_BYTES = 8_000_000
"""A group is closed behind the frame that passes this, in memory: packed, chats of one task take a tenth of it."""


def write_row_groups(path: Path, frames: Iterable[pl.DataFrame], account: Account) -> None:
    """Write frames of equal columns as one file: as draft, flushed to disk, renamed. There must be a frame.

    Equal frames give equal bytes. Arrow tables hold their own values alone, so that nothing of rows that a frame was
    filtered by gets into the statistics.
    """
    groups = _groups(frames)
    first = next(groups)
    about = {ACCOUNT: json.dumps(asdict(account), sort_keys=True)}
    with (
        drafted(path) as draft,
        pq.ParquetWriter(draft, first.schema.with_metadata(about), compression="zstd", compression_level=3) as writer,
    ):
        writer.write_table(first, row_group_size=ROW_GROUP)
        for group in groups:
            writer.write_table(group, row_group_size=ROW_GROUP)


def _groups(frames: Iterable[pl.DataFrame]) -> Iterator[pa.Table]:
    """Frames put together to groups of `GROUP_BYTES` or `ROW_GROUP` rows; what is left, or the only one, at the end."""
    held: list[pa.Table] = []
    for frame in frames:
        held.append(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))
        if sum(table.nbytes for table in held) >= GROUP_BYTES or sum(table.num_rows for table in held) >= ROW_GROUP:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)
