"""A finished build, opened for reading: its manifest, its tables lazily, and long tables piece by piece."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.manifest import MANIFEST, Manifest, read_manifest

PIECE_ROWS = 1_000_000
"""Rows of a long table that are in memory at once, about 100 MB for rankings."""


@dataclass(frozen=True)
class Build:
    """A build folder and its manifest. Splits are those of the file names, which is what a reader loads."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> "Build":
        """Read the manifest; raises `schemas.errors.MedmillError` where the folder is no build."""
        return cls(folder, read_manifest(folder))

    @cached_property
    def manifest_sha256(self) -> str:
        """The hash that binds a report to the build it speaks of."""
        return sha256((self.folder / MANIFEST).read_bytes()).hexdigest()

    def has(self, *tables: str) -> bool:
        """Whether all of these tables are published and hold rows."""
        return all(self.rows(table) > 0 and self.files(table) for table in tables)

    def setting(self, table: str, name: str, default: Any) -> Any:
        """A setting that a table was made with; the default where the manifest has none."""
        return self.manifest.settings.get(table, {}).get(name, default)

    def rows(self, table: str) -> int:
        """Rows of a table as the manifest counts them; 0 where there is no such table."""
        found = [t for t in self.manifest.tables if t.name == table]
        return sum(split.rows for t in found for split in t.splits.values())

    def files(self, table: str) -> list[tuple[str, Path]]:
        """(split, file) of a table that can be read, in the manifest's order."""
        splits = self.manifest.table(table).splits
        found = [(split, file.path) for split, record in splits.items() for file in record.files]
        return [(split, self.folder / path) for split, path in found if path not in self.broken]

    @cached_property
    def broken(self) -> dict[str, str]:
        """Why a file that the manifest names cannot be read, by its path; the other checks go without it."""
        paths = [f.path for table in self.manifest.tables for split in table.splits.values() for f in split.files]
        return {path: why for path in paths if (why := _unreadable(self.folder / path))}

    def scan(self, table: str, columns: Sequence[str] = ()) -> pl.LazyFrame:
        """All rows of a table with the split of their file as `file_split`; some columns, or all."""
        parts = []
        for split, path in self.files(table):
            frame = pl.scan_parquet(path)
            frame = frame.select(columns) if columns else frame
            parts.append(frame.with_columns(file_split=pl.lit(split)))
        return pl.concat(parts, how="diagonal_relaxed")

    def pieces(self, table: str, columns: Sequence[str], key: Sequence[str]) -> Iterator[tuple[str, pl.DataFrame]]:
        """(split, rows) of a table in file order, about `PIECE_ROWS` at a time.

        Neighbouring rows that share `key` stay in one piece, also across row groups and files of a split.
        """
        for split in dict.fromkeys(split for split, _ in self.files(table)):
            paths = [path for name, path in self.files(table) if name == split]
            kept: pl.DataFrame | None = None
            for rows in _groups_of_rows(paths, columns):
                rows = rows if kept is None else pl.concat([kept, rows], how="vertical_relaxed")
                cut = _start_of_last_run(rows, key)
                kept = rows[cut:]
                if cut:
                    yield split, rows[:cut]
            if kept is not None and kept.height:
                yield split, kept


def _unreadable(path: Path) -> str:
    try:
        pq.read_metadata(path)
    except FileNotFoundError:
        return "missing"
    except (pa.ArrowInvalid, OSError):
        return "not a readable Parquet file"
    return ""


def _groups_of_rows(paths: Sequence[Path], columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Whole row groups, as many at a time as fit `PIECE_ROWS`."""
    for path in paths:
        footer = pq.read_metadata(path)
        sizes = [footer.row_group(i).num_rows for i in range(footer.num_row_groups)]
        start = length = 0
        for i, size in enumerate(sizes):
            length += size
            if length >= PIECE_ROWS or i == len(sizes) - 1:
                yield pl.scan_parquet(path).select(columns).slice(start, length).collect()
                start, length = start + length, 0


def _start_of_last_run(rows: pl.DataFrame, key: Sequence[str]) -> int:
    """Index of the first row of the last run of equal keys."""
    if not rows.height:
        return 0
    last = rows.select(pl.any_horizontal(pl.col(k) != pl.col(k).last() for k in key).alias("other"))["other"]
    others = last.arg_true()
    return int(others[-1]) + 1 if len(others) else 0
