"""Parquet as the Hub's viewer and `datasets` like it: shards below 500 MB, row groups below 100 MB, a page index."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.checksums import sha256_of
from schemas.manifest import FileRecord, SplitRecord

MOST_SHARD_BYTES: Final = 450_000_000
"""A shard is closed behind the row group that passes this; `datasets` cuts at 500 MB."""

MOST_GROUP_BYTES: Final = 64_000_000
"""Uncompressed; the limit of `datasets` is 100 MB."""

CHUNKING: Final = {"min_chunk_size": 256 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 0}
"""Pages cut by content, as `datasets` writes them: unchanged rows of a later version are not uploaded again."""


def write_split(release: Path, config: str, split: str, frames: Iterable[pl.DataFrame]) -> SplitRecord:
    """Write the rows of one split as `<config>/<split>-00000-of-000NN.parquet`, a frame at a time.

    Equal frames give equal bytes. Raises `ValueError` where there is not even an empty frame.
    """
    folder = release / config
    folder.mkdir(parents=True, exist_ok=True)
    shards = _Shards(folder, split)
    for frame in frames:
        for group in _groups(frame):
            shards.write(group)
    return SplitRecord(
        rows=sum(shards.rows), files=[_named(release, path, rows) for path, rows in zip(*shards.end(), strict=True)]
    )


class _Shards:
    """The files of a split while their number is not known."""

    def __init__(self, folder: Path, split: str) -> None:
        self.folder, self.split = folder, split
        self.rows: list[int] = []
        self._writer: pq.ParquetWriter | None = None

    def write(self, group: pa.Table) -> None:
        writer = self._writer or self._next(group.schema)
        writer.write_table(group, row_group_size=max(group.num_rows, 1))
        self.rows[-1] += group.num_rows
        if self._path(len(self.rows) - 1).stat().st_size >= MOST_SHARD_BYTES:
            self._close()

    def end(self) -> tuple[list[Path], list[int]]:
        """Close the last file, and give all their names; the files and their rows."""
        self._close()
        if not self.rows:
            raise ValueError(f"{self.split}: no rows, not even an empty frame")
        named = []
        for number in range(len(self.rows)):
            name = f"{self.split}-{number:05d}-of-{len(self.rows):05d}.parquet"
            named.append(self._path(number).rename(self.folder / name))
        return named, self.rows

    def _path(self, number: int) -> Path:
        return self.folder / f"{self.split}-{number:05d}.part"

    def _next(self, schema: pa.Schema) -> pq.ParquetWriter:
        self.rows.append(0)
        self._writer = pq.ParquetWriter(
            self._path(len(self.rows) - 1),
            schema,
            compression="zstd",
            compression_level=3,
            write_page_index=True,
            store_schema=False,
            use_content_defined_chunking=CHUNKING,  # pyright: ignore[reportArgumentType]
        )
        return self._writer

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _groups(frame: pl.DataFrame) -> Iterator[pa.Table]:
    """Row groups of about `MOST_GROUP_BYTES`; one without rows for a frame without."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    parts = max(1, -(-table.nbytes // MOST_GROUP_BYTES))
    size = max(1, -(-table.num_rows // parts))
    for start in range(0, max(table.num_rows, 1), size):
        yield table.slice(start, size)


def _named(release: Path, path: Path, rows: int) -> FileRecord:
    return FileRecord(
        path=path.relative_to(release).as_posix(), rows=rows, bytes=path.stat().st_size, sha256=sha256_of(path)
    )
