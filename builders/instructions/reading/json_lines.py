"""JSON lines: an object a line, read with kinds and nesting; a broken line is a bad row, and the others stand."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import polars as pl

from builders.instructions.reading import json_files
from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, Bad, FileRows, of_records, parsed, together
from builders.instructions.reading.parts import PACKED_BYTES, PART_BYTES, Part, demand_same
from builders.sources.byte_ranges import byte_ranges, head_of, read_range
from builders.sources.encodings import guessed, marked
from builders.sources.json_rows import record_of
from schemas.errors import SourceError

_MARK: Final = b"\xef\xbb\xbf"
_SURE: Final = 4096
"""Bytes of a file by which it is told whether it is UTF-8."""


def parts(file: CorpusFile, asked: Asked) -> Iterator[Part]:
    """Ranges of lines; a file that is one array, or UTF-16, is one part without a range.

    Raises `SourceError` where no line has a column that is asked for.
    """
    if not _is_lines(file):
        return
    before, seen = 0, pl.DataFrame()
    for span in byte_ranges(file.place, file.name, quoted=False, about=PACKED_BYTES if file.packed else PART_BYTES):
        if not seen.width or asked.lacking(seen):
            seen = together([seen, _rows(span.block, 0).frame.clear()]) if seen.width else _rows(span.block, 0).frame
            seen = seen.clear()
        yield Part(span.start, span.end, before, span.identity, span.records, span.end - span.start)
        before += span.records
    if not before:
        raise SourceError(f"{file.path}: the file is empty; download it again")
    if not _columns(seen):
        raise _no_lines(file, before)
    asked.demand(file.path, seen.with_columns(name=pl.lit("")))


def _columns(frame: pl.DataFrame) -> bool:
    return any(name != NUMBER for name in frame.columns)


def _no_lines(file: CorpusFile, lines: int) -> SourceError:
    """What is said of a file of which no line is an object with a key: another encoding, or another kind of file."""
    head = head_of(file.place, file.name)
    if not head.strip():
        return SourceError(f"{file.path}: the file is empty; download it again")
    found = f"{lines:,} {'line' if lines == 1 else 'lines'}, none of them a JSON object with a key"
    if REPLACED in head[:_SURE].decode("utf-8", "replace")[:-1]:
        found += f", in what looks like {guessed(head) or 'no encoding of texts'}"
    return SourceError(f"{file.path}: expected JSON lines in UTF-8, got {found}; is this another file, or cut off?")


def _is_lines(file: CorpusFile) -> bool:
    head = head_of(file.place, file.name)
    return marked(head) in (None, "utf-8-sig") and not head.removeprefix(_MARK).lstrip().startswith(b"[")


def read_part(file: CorpusFile, part: Part, asked: Asked) -> FileRows:
    """The rows of a range."""
    block = read_range(file.place, file.name, part.start, part.end)
    demand_same(file.path, part.identity, sha256(block).hexdigest())
    return _rows(block, part.before)


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The rows of a whole file, also of one that is an array of objects."""
    return _rows(file.body(), 0) if _is_lines(file) else json_files.read(file, asked)


def _rows(block: bytes, before: int) -> FileRows:
    block = block.removeprefix(_MARK)
    if (frame := _fast(block)) is not None:
        return FileRows(frame.with_columns(pl.int_range(before + 1, before + 1 + frame.height).alias(NUMBER)))
    return _careful(block, before)


def _fast(block: bytes) -> pl.DataFrame | None:
    """The rows where every line is an object; None where that is not sure.

    Half a surrogate pair is no letter, and polars makes a zero of it.
    """
    if b"\\ud" in block.lower():
        return None
    try:
        frame = parsed(block)
    except pl.exceptions.PolarsError:
        return None
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    return frame if frame.height == lines else None


def _careful(block: bytes, before: int) -> FileRows:
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    bad: list[Bad] = []
    for number, line in enumerate(block.split(b"\n"), before + 1):
        if not line.strip():
            continue
        record = record_of(line)
        if isinstance(record, tuple):
            bad.append((number, "not_utf8" if record[0] == "not_utf8" else "bad_row", record[1]))
        else:
            records.append(_finite(record))
            numbers.append(number)
    return FileRows(of_records(records, numbers), bad)


def _finite(record: dict[str, Any]) -> dict[str, Any]:
    """The record without numbers that JSON does not have (`NaN`), which Python reads."""
    return json.loads(json.dumps(record), parse_constant=lambda _: None)
