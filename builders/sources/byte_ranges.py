"""Ranges of whole records in CSV and JSON-lines files, so that a file of any size is read piece by piece."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from builders.sources.place import Place, is_gzip, readable, unpacking
from builders.sources.quotes import records
from builders.sources.zip_member import member
from schemas.errors import SourceError

RANGE_BYTES = 4 * 2**20
_LONGEST_RECORD = 64 * 2**20
_HEADER_BYTES = 2**16


class ByteRange(NamedTuple):
    """Whole records from byte `start` up to `end` of the unpacked file; `identity` is the hash of these bytes.

    `records` is their number, the header of a CSV file included; `block` the bytes themselves, not to be kept.
    """

    start: int
    end: int
    identity: str
    records: int
    block: bytes


def byte_ranges(place: Place, name: str, *, quoted: bool, separator: str = ",", about: int = 0) -> Iterator[ByteRange]:
    """Cut a file into ranges of `about` so many bytes (0: 4 MiB), in one pass.

    `quoted`: line ends between quotes end no record (CSV).
    """
    letter = separator if quoted else ""
    with unpacked_stream(place, name) as stream:
        offset, pending = 0, b""
        while chunk := stream.read(about or RANGE_BYTES):
            pending += chunk
            ends = record_ends(pending, letter)
            if len(ends):
                cut = int(ends[-1])
                yield ByteRange(offset, offset + cut, sha256(pending[:cut]).hexdigest(), len(ends), pending[:cut])
                offset, pending = offset + cut, pending[cut:]
            if len(pending) > _LONGEST_RECORD:
                raise SourceError(
                    f"{place.full(name)}: no end of a line for 64 MiB from byte {offset} on; is this a table?"
                )
        if pending.strip():
            held = max(len(record_ends(pending, letter, whole=True)), 1)
            yield ByteRange(offset, offset + len(pending), sha256(pending).hexdigest(), held, pending)


def read_range(place: Place, name: str, start: int, end: int) -> bytes:
    """The bytes of a range of the unpacked file."""
    with unpacked_stream(place, name) as stream:
        stream.seek(start)
        return stream.read(end - start)


def line_of(place: Place, name: str, byte: int) -> int:
    """The line, from 1, of the unpacked file that a byte lies in; reads all that is before it."""
    lines, left = 1, byte
    with unpacked_stream(place, name) as stream:
        while left and (chunk := stream.read(min(left, RANGE_BYTES))):
            lines, left = lines + chunk.count(b"\n"), left - len(chunk)
    return lines


def head_of(place: Place, name: str) -> bytes:
    """The first 64 KiB of the unpacked file."""
    with unpacked_stream(place, name) as stream:
        return stream.read(_HEADER_BYTES)


def first_line(head: bytes) -> bytes:
    """The first record of a CSV file, with its line end."""
    separator = separator_of(head.partition(b"\n")[0])
    ends = record_ends(head, separator, whole=True)
    return head[: int(ends[0])] if len(ends) else head + b"\n"


def separator_of(line: bytes) -> str:
    """The letter that parts the cells of a header."""
    return max(",;\t|", key=lambda letter: line.count(letter.encode()))


def record_ends(block: bytes, separator: str, *, whole: bool = False) -> np.ndarray:
    """Where records of a block end (behind the line feed); the block starts with one. No separator: every line."""
    if separator:
        return records(block, separator, whole=whole).ends
    return np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1


@contextmanager
def unpacked_stream(place: Place, name: str) -> Iterator[Any]:
    """Open a file, unpacked where its name ends in `.gz` or `.zip`; damage becomes a `SourceError`."""
    path = place.full(name)
    with readable(path), place.fs.open(path, "rb") as raw:
        if path.lower().endswith(".zip"):
            with member(path, raw) as stream:
                yield stream
        else:
            with unpacking(path):
                yield gzip.GzipFile(fileobj=raw) if is_gzip(path) else raw
