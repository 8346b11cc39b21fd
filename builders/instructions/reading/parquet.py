"""Parquet files: runs of rows with the kinds of their columns."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, FileRows
from builders.instructions.reading.parquet_kinds import as_bytes, demand_kinds, plain
from builders.instructions.reading.parts import Part, demand_same
from builders.sources.parquet_runs import opened, read_kinds, runs
from builders.sources.place import digest
from builders.sources.web_files import WebFile

_RUN_BYTES: Final = 16 * 2**20
_EVERY: Final = ""


def parts(file: CorpusFile, asked: Asked) -> Iterator[Part]:
    """Runs of about 16 MiB of text; raises `SourceError` for columns that are not there."""
    with opened(_web(file)) as found:
        demand_kinds(file.path, found.schema_arrow)
        columns, _ = plain(pl.DataFrame(pl.from_arrow(found.schema_arrow.empty_table())), ())
        asked.demand(file.path, columns.with_columns(name=pl.lit("")))
        identity = file.identity()
        for run in runs(found.metadata, _EVERY, _RUN_BYTES):
            yield Part(
                run.start, run.end, run.start, _span(identity, run.start, run.end), run.end - run.start, run.bytes
            )


def _span(identity: str, start: int, end: int) -> str:
    return digest(identity, f"{start}-{end}")


def read_part(file: CorpusFile, part: Part, asked: Asked) -> FileRows:
    """The rows of a run."""
    held = read_kinds(_web(file), part.start, part.end)
    if part.identity:
        demand_same(file.path, part.identity, _span(file.identity(), part.start, part.end))
    frame, broken = plain(pl.DataFrame(pl.from_arrow(as_bytes(held))), asked.columns)
    frame = frame.with_columns(pl.int_range(part.start + 1, part.start + 1 + frame.height).alias(NUMBER))
    bad = [(number, "not_utf8", "bytes that are not UTF-8") for number in frame.filter(broken)[NUMBER]]
    return FileRows(frame.filter(~broken), bad)


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """All rows of a file."""
    with opened(_web(file)) as found:
        demand_kinds(file.path, found.schema_arrow)
        rows = found.metadata.num_rows
    return read_part(file, Part(0, rows, 0), asked)


def _web(file: CorpusFile) -> WebFile:
    return WebFile(file.place, file.name, file.label, 0, "")
