"""Members of a zip file, read in place, many at once: nothing is unpacked to disk."""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import polars as pl

from builders.sources.place import Place, readable
from schemas.errors import SourceError

_LOCAL_HEADER = struct.Struct("<4s22xHH")
"""Signature, then the lengths of name and extra field at the end of the 30 bytes (APPNOTE.TXT 4.3.7)."""
_RUN_BYTES = 16 * 2**20
_GAP_BYTES = 2**20
_FIELDS = ("start", "end", "packed", "size", "crc", "method")

_ENCRYPTED = -1
DAMAGED = "cut off or damaged; download the file again"

Member = dict[str, int | str]


def directory(place: Place, name: str) -> pl.DataFrame:
    """One row per file of the archive: name, `start` of its header, `end` where the next thing starts, packed and
    unpacked size, CRC-32, method.

    A frame takes a tenth of the memory of `zipfile`'s own entries, which are let go here: MIMIC-CXR has 227,835.
    """
    path = place.full(name)
    try:
        with readable(path), place.fs.open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
            ends = [*(entry.header_offset for entry in entries[1:]), archive.start_dir]
            rows = [
                (entry.filename, entry.header_offset, end, entry.compress_size, entry.file_size, entry.CRC,
                 _ENCRYPTED if entry.flag_bits & 1 else entry.compress_type)
                for entry, end in zip(entries, ends, strict=False)
            ]  # fmt: skip
    except (zipfile.BadZipFile, EOFError, struct.error):
        raise SourceError(f"{path}: the zip file is cut off or damaged; download it again") from None
    frame = pl.DataFrame(rows, schema={"name": pl.String} | dict.fromkeys(_FIELDS, pl.Int64), orient="row")
    return frame.filter(~pl.col("name").str.ends_with("/"))


def read_members(place: Place, name: str, members: pl.DataFrame) -> Iterator[tuple[str, bytes | str]]:
    """Name and bytes of these members (rows of `directory`); in place of bytes, why there are none: `DAMAGED`, or how
    a member is packed that is not read here.

    Neighbours are read in one go, up to 16 MiB at a time, so a shard costs a few reads on disk or over a network.
    """
    with place.fs.open(place.full(name), "rb") as file:
        for run in _runs(members.sort("start").to_dicts()):
            yield from _read_run(file, run)


def _runs(members: Sequence[Member]) -> Iterator[list[Member]]:
    run: list[Member] = []
    for member in members:
        if run and (member["start"] - run[-1]["end"] > _GAP_BYTES or member["end"] - run[0]["start"] > _RUN_BYTES):  # type: ignore[operator]
            yield run
            run = []
        run.append(member)
    if run:
        yield run


def _read_run(file: BinaryIO, run: Sequence[Member]) -> Iterator[tuple[str, bytes | str]]:
    first = int(run[0]["start"])
    file.seek(first)
    block = memoryview(file.read(int(run[-1]["end"]) - first))
    for member in run:
        packed = block[int(member["start"]) - first : int(member["end"]) - first]
        yield str(member["name"]), _unpacked(packed, member)


def _unpacked(block: memoryview, member: Member) -> bytes | str:
    if member["method"] not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = "with a password" if member["method"] == _ENCRYPTED else f"by method {member['method']}"
        return f"packed {method}, which is not read here; unpack the file and pack it anew with zip"
    if len(block) < 30:
        return DAMAGED
    signature, name_length, extra_length = _LOCAL_HEADER.unpack_from(block)
    begin = 30 + name_length + extra_length
    packed = block[begin : begin + int(member["packed"])]
    if signature != b"PK\x03\x04" or len(packed) != member["packed"]:
        return DAMAGED
    try:
        plain = zlib.decompress(packed, wbits=-15) if member["method"] == zipfile.ZIP_DEFLATED else bytes(packed)
    except zlib.error:
        return DAMAGED
    return plain if len(plain) == member["size"] and zlib.crc32(plain) == member["crc"] else DAMAGED
