"""Any table of a user's, batch by batch: CSV, Parquet or JSONL in, the same out, in bounded memory."""

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

import polars as pl

from builders.sources.csv_files import shown
from schemas.errors import SourceError, UsageError

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

T = TypeVar("T")
KINDS = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError)


def kind(path: Path) -> str:
    """`csv`, `parquet` or `jsonl` by the end of the name; raises `UsageError` for any other."""
    for suffix, name in KINDS.items():
        if path.name.lower().endswith(suffix):
            return name
    raise UsageError(f"{path}: cannot tell the format from the name; expected it to end in {', '.join(KINDS)}")


def batches(path: Path, columns: Sequence[str], size: int) -> Iterator[pl.DataFrame]:
    """The named columns of the file, `size` rows at a time, in the order of the file.

    CSV cells are text (an id `007` stays so), null where empty. Raises `SourceError` where the file is missing,
    damaged or lacks a column; no message holds a cell of the file.
    """
    if not path.is_file():
        raise SourceError(f"{path}: no such file")
    reader = {"csv": _csv, "parquet": _parquet, "jsonl": _jsonl}[kind(path)]
    try:
        yield from reader(path, columns, size)
    except _DAMAGED as error:
        raise SourceError(f"{path}: the file is damaged or not UTF-8 ({type(error).__name__}); get it again") from None


def _csv(path: Path, columns: Sequence[str], size: int) -> Iterator[pl.DataFrame]:
    import csv

    csv.field_size_limit(2**31 - 1)
    with _text(path) as file:
        rows = csv.reader(file)
        try:
            header = next(rows, [])
            places = _places(path, header, columns)
            full = (_row(path, rows.line_num, row, len(header)) for row in rows if row)
            for some in _some(full, size):
                cells = {name: [row[place] or None for row in some] for name, place in places.items()}
                yield pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))
        except csv.Error as error:
            raise SourceError(f"{path}: line {rows.line_num} cannot be read as CSV ({error}); mend it") from None


def _row(path: Path, line: int, row: list[str], wanted: int) -> list[str]:
    if len(row) != wanted:
        raise SourceError(f"{path}: line {line} ends a row of {len(row)} cells, expected {wanted}; is a quote open?")
    return row


def _parquet(path: Path, columns: Sequence[str], size: int) -> Iterator[pl.DataFrame]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            _places(path, file.schema_arrow.names, columns)
            for batch in file.iter_batches(batch_size=size, columns=list(dict.fromkeys(columns))):
                yield cast(pl.DataFrame, pl.from_arrow(batch)).select(columns)
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{path}: no Parquet that can be read ({type(error).__name__}); get it again") from None


def _jsonl(path: Path, columns: Sequence[str], size: int) -> Iterator[pl.DataFrame]:
    with _text(path) as file:
        lines = ((number, line) for number, line in enumerate(file, 1) if not line.isspace())
        types: dict[str, pl.DataType | None] = dict.fromkeys(columns)
        for some in _some(lines, size):
            rows = [_object(path, number, line, columns) for number, line in some]
            try:
                made = [pl.Series(name, [row[name] for row in rows], dtype=types[name]) for name in types]
            except TypeError:
                first, last = some[0][0], some[-1][0]
                raise SourceError(f"{path}: a column mixes numbers and text, lines {first} to {last}") from None
            types = {column.name: None if column.dtype == pl.Null else column.dtype for column in made}
            yield pl.DataFrame(made)


def _object(path: Path, number: int, line: str, columns: Sequence[str]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise SourceError(f"{path}: line {number} is no JSON ({error.msg}); expected one object a line") from None
    if not isinstance(row, dict):
        raise SourceError(f"{path}: line {number} is no JSON object; expected one object a line")
    _places(path, list(row), columns)
    return row


def _some(items: Iterable[T], size: int) -> Iterator[list[T]]:
    items = iter(items)
    while some := list(islice(items, size)):
        yield some


def _places(path: Path, found: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    if missing := [name for name in wanted if name not in found]:
        raise SourceError(f"{path}: no column {', '.join(missing)}; {shown(found, 'the columns are')}")
    return {name: found.index(name) for name in wanted}


def _text(path: Path) -> IO[str]:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def write(path: Path, frames: Iterable[pl.DataFrame]) -> int:
    """Write frames of one schema (the first gives it) as one file that is there whole or not at all; count rows.

    Lists and structs become JSON text in CSV. Raises `UsageError` where the folder is missing or cannot be written, and
    for a column of bytes that is to be text.
    """
    writer = {"csv": _write_csv, "parquet": _write_parquet, "jsonl": _write_jsonl}[kind(path)]
    frames = iter(frames)
    with _draft(path) as draft:
        first = next(frames)
        if kind(path) != "parquet" and (bytes_ := [name for name, t in first.schema.items() if t == pl.Binary]):
            raise UsageError(
                f"{path}: column {', '.join(bytes_)} holds bytes, not text; name an --out that ends in .parquet"
            )
        return writer(draft, chain([first], frames), path.name.lower().endswith(".gz"))


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder; make it, or name another --out")
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.touch()
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name another --out") from None
    try:
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write_csv(path: Path, frames: Iterable[pl.DataFrame], is_gzip: bool) -> int:
    rows = 0
    with _sink(path, is_gzip) as file:
        for number, frame in enumerate(frames):
            flat = frame.with_columns(_as_json(frame[c]) for c, t in frame.schema.items() if t.is_nested())
            flat.write_csv(file, include_header=number == 0)
            rows += len(frame)
    return rows


def _as_json(column: pl.Series) -> pl.Series:
    values = column.to_list()
    if "Float32" in str(column.dtype):
        values = [_rounded(value) for value in values]
    return pl.Series(column.name, [None if v is None else json.dumps(v) for v in values], dtype=pl.String)


def _rounded(value: Any) -> Any:
    """Floats as their 32 bits mean them: 9.3, not the 64 bits nearest to it (9.300000190734863)."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value


def _write_jsonl(path: Path, frames: Iterable[pl.DataFrame], is_gzip: bool) -> int:
    rows = 0
    with _sink(path, is_gzip) as file:
        for frame in frames:
            frame.write_ndjson(file)
            rows += len(frame)
    return rows


def _write_parquet(path: Path, frames: Iterable[pl.DataFrame], is_gzip: bool) -> int:
    from pyarrow.parquet import ParquetWriter as Writer

    rows, writer = 0, cast("ParquetWriter | None", None)
    try:
        for frame in frames:
            table = frame.to_arrow()
            writer = writer or Writer(path, table.schema, compression="zstd")
            writer.write_table(table.cast(writer.schema))
            rows += len(frame)
    finally:
        if writer:
            writer.close()
    return rows


def _sink(path: Path, is_gzip: bool) -> IO[bytes]:
    return cast(IO[bytes], _Gzip(path) if is_gzip else path.open("wb"))


class _Gzip(gzip.GzipFile):
    """Without name and time in its header, so that equal rows give equal bytes; closes its file too."""

    def __init__(self, path: Path) -> None:
        self._under = path.open("wb")
        super().__init__(filename="", mode="wb", fileobj=self._under, mtime=0)

    def close(self) -> None:
        """Close both."""
        super().close()
        self._under.close()
