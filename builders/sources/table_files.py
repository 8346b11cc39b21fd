"""Tables of any size as files: CSV, JSON lines and Parquet, cut into ranges, every column read as text."""

import io
import json
from collections.abc import Iterator, Sequence

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Shard
from builders.sources.byte_ranges import byte_ranges, header, read_range
from builders.sources.csv_files import demand_columns
from builders.sources.place import Place, digest
from schemas.errors import SourceError

ENDS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".parquet")
_PARQUET_ROWS = 5000


def is_json(name: str) -> bool:
    """Whether a file holds JSON lines, by its name."""
    return name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def table_shards(place: Place, name: str, columns: Sequence[str], key: str) -> Iterator[tuple[Shard, pl.Series]]:
    """Ranges of a file (`reports.csv:0-4194304`: bytes, of Parquet rows), and the column `key` of each.

    Raises a `SourceError` for wrong columns.
    """
    if name.endswith(".parquet"):
        for shard in _parquet_shards(place, name, columns):
            yield shard, read_shard(place, shard.name, [key]).frame[key]
        return
    if not is_json(name):
        demand_columns(place.full(name), _csv_columns(place, name), columns)
    for number, part in enumerate(byte_ranges(place, name, quoted=not is_json(name))):
        if is_json(name) and not number:
            demand_columns(place.full(name), _json_keys(part.block), columns)
        shard = Shard(f"{name}:{part.start}-{part.end}", part.identity, part.records, part.end - part.start)
        yield shard, _parsed(place, shard.name, part.block, [key]).frame[key]


def read_shard(place: Place, shard: str, columns: Sequence[str]) -> Kept:
    """The rows of one shard with these columns as String; rejected: lines that are no JSON."""
    name, start, end = _range(shard)
    if name.endswith(".parquet"):
        return Kept(_read_parquet(place, name, start, end, columns), pl.DataFrame(schema=REJECTED_SCHEMA))
    return _parsed(place, shard, read_range(place, name, start, end), columns)


def _range(shard: str) -> tuple[str, int, int]:
    name, _, span = shard.rpartition(":")
    start, end = (int(edge) for edge in span.split("-"))
    return name, start, end


def _parsed(place: Place, shard: str, block: bytes, columns: Sequence[str]) -> Kept:
    """The rows of a range of text."""
    name, start, end = _range(shard)
    if is_json(name):
        return _read_json(block, shard, columns)
    return Kept(_read_csv(place, name, start, end, block, columns), pl.DataFrame(schema=REJECTED_SCHEMA))


def _separator(name: str, head: bytes) -> str:
    if name.removesuffix(".gz").endswith(".tsv"):
        return "\t"
    return max(",;\t", key=lambda letter: head.count(letter.encode()))


def _csv_columns(place: Place, name: str) -> list[str]:
    head = header(place, name)
    if not head.strip():
        raise SourceError(f"{place.full(name)}: the file is empty")
    return pl.read_csv(
        io.BytesIO(head), separator=_separator(name, head), infer_schema=False, encoding="utf8-lossy"
    ).columns


def _read_csv(place: Place, name: str, start: int, end: int, body: bytes, columns: Sequence[str]) -> pl.DataFrame:
    head = header(place, name)
    block = io.BytesIO(body if start == 0 else head + body)
    try:
        frame = pl.read_csv(block, separator=_separator(name, head), infer_schema=False, encoding="utf8-lossy")
    except pl.exceptions.PolarsError:
        raise SourceError(
            f"{place.full(name)}: bytes {start} to {end} are no CSV (an open quote, or more cells than columns)"
        ) from None
    return frame.select(columns)


def _json_keys(block: bytes) -> list[str]:
    for line in block.splitlines():
        record = _json_record(line)
        if record:
            return list(record)
    return []


def _json_record(line: bytes) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _read_json(block: bytes, shard: str, columns: Sequence[str]) -> Kept:
    rows, rejected = [], []
    for number, line in enumerate(block.split(b"\n")):
        record = _json_record(line)
        if record is not None:
            rows.append([_as_text(record.get(column)) for column in columns])
        elif line.strip():
            rejected.append((f"{shard}#{number}", "bad_json", f"line {number} of this range is no JSON object"))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return Kept(frame, pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row"))


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parquet_shards(place: Place, name: str, columns: Sequence[str]) -> Iterator[Shard]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        with place.fs.open(place.full(name), "rb") as file:
            found = ParquetFile(file)
            demand_columns(place.full(name), found.schema_arrow.names, columns)
            rows = found.metadata.num_rows
            groups = [found.metadata.row_group(group) for group in range(found.metadata.num_row_groups)]
            width = sum(group.total_byte_size for group in groups) // max(rows, 1)
    except pa.ArrowInvalid:
        raise SourceError(f"{place.full(name)}: no Parquet file, or cut off; make or download it again") from None
    identity = place.identity(name)
    for start in range(0, rows, _PARQUET_ROWS):
        end = min(start + _PARQUET_ROWS, rows)
        yield Shard(f"{name}:{start}-{end}", digest(identity, f"{start}-{end}"), end - start, (end - start) * width)


def _read_parquet(place: Place, name: str, start: int, end: int, columns: Sequence[str]) -> pl.DataFrame:
    """Only the row groups that hold the rows are read, batch by batch."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with place.fs.open(place.full(name), "rb") as file:
        found = ParquetFile(file)
        groups, first, before = [], 0, 0
        for group in range(found.metadata.num_row_groups):
            rows = found.metadata.row_group(group).num_rows
            if before < end and before + rows > start:
                first = before if not groups else first
                groups.append(group)
            before += rows
        batches, at = [], first
        for batch in found.iter_batches(_PARQUET_ROWS, row_groups=groups, columns=list(dict.fromkeys(columns))):
            low, high = max(start - at, 0), min(end - at, batch.num_rows)
            if low < high:
                batches.append(batch.slice(low, high - low))
            at += batch.num_rows
            if at >= end:
                break
        frame = pl.from_arrow(pa.Table.from_batches(batches))
    assert isinstance(frame, pl.DataFrame)
    return frame.select(pl.col(column).cast(pl.String) for column in columns)
