"""Tables of any size as files: CSV, JSON lines and Parquet, cut into ranges, every column read as text."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from builders.base import REJECTED_SCHEMA, Shard
from builders.sources.byte_ranges import byte_ranges, first_line, head_of, line_of, read_range, separator_of
from builders.sources.csv_files import demand_columns, demand_text
from builders.sources.csv_rows import columns_of, csv_rows
from builders.sources.json_rows import json_keys, json_rows
from builders.sources.parquet_rows import parquet_shards, read_parquet
from builders.sources.place import Place
from schemas.errors import SourceError

ENDS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".parquet")


class ShardRows(NamedTuple):
    """The rows of a shard, all columns as String; `numbers`: which record of the shard each was, from 0.

    `rejected`: the records that are no rows, under ids made of shard and number.
    """

    frame: pl.DataFrame
    numbers: pl.Series
    rejected: pl.DataFrame


def is_table(name: str) -> bool:
    """Whether a file is a table, by its name."""
    return name.lower().endswith(ENDS)


def kind_of(name: str) -> str:
    """`csv`, `tsv`, `jsonl`, `ndjson` or `parquet`."""
    return name.lower().removesuffix(".gz").rpartition(".")[2]


def is_json(name: str) -> bool:
    """Whether a file holds JSON lines, by its name."""
    return kind_of(name) in ("jsonl", "ndjson")


def table_shards(place: Place, name: str, columns: Sequence[str], key: str) -> Iterator[tuple[Shard, pl.Series]]:
    """Ranges of a file (`reports.csv:0-4194304`: bytes, of Parquet rows), and the column `key` of each.

    Raises a `SourceError` for wrong columns.
    """
    if kind_of(name) == "parquet":
        for shard in parquet_shards(place, name, columns):
            yield shard, read_shard(place, shard.name, [key]).frame[key]
        return
    path, head = place.full(name), head_of(place, name)
    demand_text(path, head)
    if is_json(name):
        yield from _json_shards(place, name, head, columns, key)
        return
    header, separator = _header(name, head)
    demand_columns(path, columns_of(header, separator), columns)
    for part in byte_ranges(place, name, quoted=True, separator=separator):
        shard = Shard(f"{name}:{part.start}-{part.end}", part.identity, part.records, part.end - part.start)
        yield shard, _csv(place, shard.name, part.block, [key]).frame[key]


def _json_shards(
    place: Place, name: str, head: bytes, columns: Sequence[str], key: str
) -> Iterator[tuple[Shard, pl.Series]]:
    path, keys = place.full(name), set[str]()
    for part in byte_ranges(place, name, quoted=False):
        if not keys.issuperset(columns):
            keys |= json_keys(part.block, set(columns) - keys)
        shard = Shard(f"{name}:{part.start}-{part.end}", part.identity, part.records, part.end - part.start)
        yield shard, _json(shard.name, part.block, [key]).frame[key]
    if not keys:
        what = "one JSON array" if head.lstrip().startswith(b"[") else "no line that is a JSON object"
        raise SourceError(f"{path}: holds {what}; expected one object a line (jq -c '.[]' makes lines of an array)")
    demand_columns(path, sorted(keys), columns)


def read_shard(place: Place, shard: str, columns: Sequence[str]) -> ShardRows:
    """The rows of one shard with these columns."""
    name, start, end = _range(shard)
    if kind_of(name) == "parquet":
        frame = read_parquet(place, name, start, end, columns)
        return ShardRows(frame, pl.int_range(frame.height, eager=True), pl.DataFrame(schema=REJECTED_SCHEMA))
    block = read_range(place, name, start, end)
    return _json(shard, block, columns) if is_json(name) else _csv(place, shard, block, columns)


def _range(shard: str) -> tuple[str, int, int]:
    name, _, span = shard.rpartition(":")
    start, end = (int(edge) for edge in span.split("-"))
    return name, start, end


def _header(name: str, head: bytes) -> tuple[bytes, str]:
    line = first_line(head)
    return line, "\t" if kind_of(name) == "tsv" else separator_of(line)


def _csv(place: Place, shard: str, body: bytes, columns: Sequence[str]) -> ShardRows:
    name, start, _ = _range(shard)
    header, separator = _header(name, body[: 2**16] if start == 0 else head_of(place, name))
    block, above = (body, 0) if start == 0 else (header + body, header.count(b"\n"))
    rows = csv_rows(block, separator)
    first = line_of(place, name, start) - above if rows.bad else 0
    told = [(row.number, "bad_row", f"line {first + _lines(block, row.byte)}: {row.why}") for row in rows.bad]
    return ShardRows(rows.frame.select(columns), rows.numbers, _rejected(shard, told))


def _lines(block: bytes, end: int) -> int:
    return block.count(b"\n", 0, end)


def _json(shard: str, block: bytes, columns: Sequence[str]) -> ShardRows:
    frame, numbers, bad = json_rows(block, columns)
    return ShardRows(frame, numbers, _rejected(shard, bad))


def _rejected(shard: str, bad: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    rows = [(f"{shard}#{number}", reason, f"{shard}#{number}: {why}") for number, reason, why in bad]
    return pl.DataFrame(rows, schema=REJECTED_SCHEMA, orient="row")
