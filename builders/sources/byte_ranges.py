"""Ranges of whole records in CSV and JSON-lines files, so that a file of any size is read piece by piece."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np

from builders.sources.place import Place
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


def byte_ranges(place: Place, name: str, *, quoted: bool) -> Iterator[ByteRange]:
    """Cut a file into ranges of about 4 MiB, in one pass. `quoted`: line ends between quotes end no record (CSV)."""
    with unpacked_stream(place, name) as stream:
        offset, pending = 0, b""
        while chunk := stream.read(RANGE_BYTES):
            pending += chunk
            ends = record_ends(pending, quoted=quoted)
            if len(ends):
                cut = int(ends[-1])
                yield ByteRange(offset, offset + cut, sha256(pending[:cut]).hexdigest(), len(ends), pending[:cut])
                offset, pending = offset + cut, pending[cut:]
            if len(pending) > _LONGEST_RECORD:
                raise SourceError(
                    f"{place.full(name)}: no end of a record for 64 MiB from byte {offset} on (open quote?)"
                )
        if pending.strip():
            yield ByteRange(offset, offset + len(pending), sha256(pending).hexdigest(), 1, pending)


def read_range(place: Place, name: str, start: int, end: int) -> bytes:
    """The bytes of a range of the unpacked file."""
    with unpacked_stream(place, name) as stream:
        stream.seek(start)
        return stream.read(end - start)


def header(place: Place, name: str) -> bytes:
    """The first record of a CSV file, with its line end."""
    with unpacked_stream(place, name) as stream:
        head = stream.read(_HEADER_BYTES)
    ends = record_ends(head, quoted=True)
    return head[: int(ends[0])] if len(ends) else head + b"\n"


def record_ends(block: bytes, *, quoted: bool) -> np.ndarray:
    """Where records of a block end (behind the line feed); the block starts with a record."""
    letters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    if quoted and len(ends):
        inside = np.bitwise_xor.accumulate((letters == ord('"')).view(np.uint8))
        ends = ends[inside[ends] == 0]
    return ends + 1


@contextmanager
def unpacked_stream(place: Place, name: str) -> Iterator[Any]:
    """Open a file, unpacked where its name ends in `.gz`; damage becomes a `SourceError`."""
    path = place.full(name)
    try:
        with place.fs.open(path, "rb") as raw:
            yield gzip.GzipFile(fileobj=raw) if path.endswith(".gz") else raw
    except PermissionError:
        raise SourceError(f"{path}: no permission to read this file; check its owner and mode") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise SourceError(f"{path}: the gzip file is cut off or damaged; make or download it again") from None
