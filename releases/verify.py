"""Is a release what it says: hashes, schemas, counts, keys, and ids that lead somewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from releases.diff import pieces
from releases.sums import SUMS, files_of, read_sums
from schemas.checksums import sha256_of
from schemas.errors import MedmillError
from schemas.release import Config, Release, read_release

_REFERS: Final = ("study", "query", "candidate", "report")
"""Columns that hold ids of the configuration `corpus`."""

CORPUS: Final = "corpus"


def verify(folder: Path) -> list[str]:
    """Everything that is wrong with a release, a line each; nothing where it is whole."""
    release = read_release(folder)
    wrong = [*_hashes(folder)]
    gone = {line.partition(":")[0] for line in wrong}
    for config in release.configs:
        if not any(file.path in gone for split in config.splits.values() for file in split.files):
            wrong += [*_columns(folder, config), *_counts(folder, config), *_keys(folder, config)]
    return wrong or [*_references(folder, release)]


def _hashes(folder: Path) -> Iterator[str]:
    sums = read_sums(folder)
    there = set(files_of(folder))
    yield from (f"{name}: missing" for name in sorted(set(sums) - there))
    yield from (f"{name}: not named in {SUMS}" for name in sorted(there - set(sums)))
    for name in sorted(there & set(sums)):
        if sha256_of(folder / name) != sums[name]:
            yield f"{name}: another SHA-256 than {SUMS} says"


def _columns(folder: Path, config: Config) -> Iterator[str]:
    wanted = [column.name for column in config.columns]
    for split in config.splits.values():
        for file in split.files:
            found = _footer(folder / file.path).schema.to_arrow_schema().names
            if found != wanted:
                yield f"{file.path}: columns {', '.join(found)}; expected {', '.join(wanted)}"


def _counts(folder: Path, config: Config) -> Iterator[str]:
    for name, split in config.splits.items():
        for file in split.files:
            rows = _footer(folder / file.path).num_rows
            if rows != file.rows:
                yield f"{file.path}: {rows:,} rows; expected {file.rows:,}"
        if sum(file.rows for file in split.files) != split.rows:
            yield f"{config.name}/{name}: files add up to another count than {split.rows:,} rows"


def _footer(path: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except (pa.ArrowInvalid, OSError):
        raise MedmillError(f"{path}: no readable Parquet file; make or download the release again") from None


def _keys(folder: Path, config: Config) -> Iterator[str]:
    """Keys that stand twice: by a sorted scan over their hashes, 8 bytes a row."""
    if not config.primary_key:
        return
    parts = [rows.hash_rows() for rows in pieces(folder, config, config.primary_key)]
    hashes = pl.concat(parts).sort() if parts else pl.Series(dtype=pl.UInt64)
    twice = int((hashes == hashes.shift(1)).sum())
    if twice:
        yield f"{config.name}: {twice:,} rows with a key ({', '.join(config.primary_key)}) that stands before"


def _references(folder: Path, release: Release) -> Iterator[str]:
    """Ids of studies that the corpus does not hold."""
    corpus = next((config for config in release.configs if config.name == CORPUS), None)
    if corpus is None:
        return
    known = pl.concat(rows["id"] for rows in pieces(folder, corpus, ["id"])).unique()
    for config in release.configs:
        names = {column.name for column in config.columns if column.tag == "id"}
        for name in (name for name in _REFERS if name in names):
            lost = sum(int((~rows[name].is_in(known.implode())).sum()) for rows in pieces(folder, config, [name]))
            if lost:
                yield f"{config.name}.{name}: {lost:,} rows name a study that is not in {CORPUS}"
