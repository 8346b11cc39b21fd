"""Records of web archives (WARC 1.0 and 1.1, ISO 28500), plain or with a gzip member each, that start in a range."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builders.sources.place import readable
from builders.sources.web_files import WebFile
from schemas.errors import SourceError

_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_PLAIN = re.compile(rb"WARC/\d\.\d\r?\n")
_LENGTH = re.compile(rb"\r?\nContent-Length:[ \t]*(\d+)", re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_FIRST_STEP, _STEP = 2**13, 2**16
_AHEAD = 2**20
_HEADERS = 2**16
_DAMAGED = "damaged", "no record that can be read starts here; what follows up to the next one is not read"


@dataclass(frozen=True)
class Record:
    """One record: the packed bytes from `start` up to `end`, and what they hold, headers and block.

    `wrong`: a reason and a detail in place of that, for a record that is cut off, damaged or too long; where nobody
    can say how far it goes, `end` is `start`.
    """

    start: int
    end: int
    held: bytes = b""
    wrong: tuple[str, str] | None = None


def records(file: WebFile, start: int, end: int, longest: int) -> Iterator[Record]:
    """The records whose first byte lies in a range; cost and memory are those of the range and of its last record.

    Behind damage the next record is looked for. What stands behind the last record of a range and is none is told
    there, since nobody else knows that one should start. Raises `SourceError` for a file that is packed as a whole.
    """
    with readable(file.path), file.place.fs.open(file.path, "rb") as raw:
        window = _Window(raw, file.size, start)
        packed = _is_packed(file, window.head())
        at = _next(window, start, end, packed) if start else 0
        while at is not None and at < file.size and (at < end or not _starts(window, at, packed)):
            record = (_member if packed else _plain)(file, window, at, longest)
            yield record
            broken = record.end == record.start
            at = _next(window, at + 1, end, packed) if broken else _behind(window, record.end)
            window.forget(at or 0)


class _Window:
    """The bytes of a file from a place on, read as they are asked for and dropped behind."""

    def __init__(self, raw: Any, size: int, start: int) -> None:
        self._raw, self.size = raw, size
        self._first, self._held = start, b""

    def head(self) -> bytes:
        self._raw.seek(0)
        return self._raw.read(16)

    def get(self, at: int, length: int) -> bytes:
        """Fewer bytes only at the end of the file."""
        missing = at + length - self._first - len(self._held)
        if missing > 0:
            self._raw.seek(self._first + len(self._held))
            self._held += self._raw.read(max(missing, _AHEAD))
        return self._held[at - self._first : at - self._first + length]

    def forget(self, until: int) -> None:
        """Drop what is before a byte, now and then."""
        if until - self._first > _AHEAD:
            self._held = self._held[until - self._first :]
            self._first = until


def _is_packed(file: WebFile, head: bytes) -> bool:
    if head.startswith(b"\x28\xb5\x2f\xfd") or head[1:4] == b"\x2a\x4d\x18":
        raise SourceError(f"{file.path}: packed with Zstandard; expected gzip (fastwarc recompress makes it)")
    if not head.startswith(b"\x1f\x8b") and not _PLAIN.match(head):
        raise SourceError(f"{file.path}: no web archive, whatever its name says; expected records of WARC/1.0 or 1.1")
    return head.startswith(b"\x1f\x8b")


def _next(window: _Window, at: int, end: int, packed: bool) -> int | None:
    """Where the first record that starts from a place on and before another starts; None where there is none."""
    while at < min(end, window.size):
        for match in (_MEMBER if packed else _PLAIN).finditer(window.get(at, _AHEAD + 16)):
            found = at + match.start()
            if found < end and _starts(window, found, packed):
                return found
        at += _AHEAD
        window.forget(at)
    return None


def _starts(window: _Window, at: int, packed: bool) -> bool:
    """Whether a record starts at a byte: one that tells its length, behind an empty line where it is not packed."""
    if packed:
        head = window.get(at, _HEADERS)
        try:
            return bool(_PLAIN.match(zlib.decompressobj(31).decompress(head, 64)))
        except zlib.error:
            return False
    head = window.get(at, _HEADERS)
    return bool(_PLAIN.match(head)) and _told_end(head) is not None


def _behind(window: _Window, at: int) -> int:
    """Line ends and zeros between records are nobody's."""
    while (block := window.get(at, 64)) and not block.strip(b"\r\n\0"):
        at += len(block)
    return at + len(block) - len(block.lstrip(b"\r\n\0"))


def _plain(file: WebFile, window: _Window, at: int, longest: int) -> Record:
    head = window.get(at, _HEADERS)
    ends = _told_end(head) if _PLAIN.match(head) else None
    if at + max(ends or 0, 0 if _BLANK.search(head) else _HEADERS) > file.size:
        return Record(at, at, wrong=("cut_off", "the file ends within the record"))
    if ends is None:
        return Record(at, at, wrong=_DAMAGED)
    if ends > longest:
        return Record(at, at + ends, wrong=("too_long", f"a record of more than {longest} bytes"))
    return Record(at, at + ends, window.get(at, ends))


def _member(file: WebFile, window: _Window, at: int, longest: int) -> Record:
    member, made, length, fed, ends = zlib.decompressobj(31), [], 0, 0, None
    try:
        while not member.eof:
            packed = window.get(at + fed, _STEP if fed else _FIRST_STEP)
            if not packed:
                return Record(at, at, wrong=("cut_off", "the file ends within the packed record"))
            part = member.decompress(packed)
            fed, length = fed + len(packed), length + len(part)
            if length <= longest or not made:
                made.append(part)
            ends = ends or _told_end(b"".join(made[:8]))
            _demand_one_record(file, made, length, ends)
    except zlib.error:
        return Record(at, at, wrong=_DAMAGED)
    end = at + fed - len(member.unused_data)
    if length > longest:
        return Record(at, end, wrong=("too_long", f"a record of more than {longest} bytes"))
    if ends is None:
        return Record(at, end, wrong=_DAMAGED)
    if length < ends:
        return Record(at, end, wrong=("cut_off", "the record is shorter than its headers say"))
    return Record(at, end, b"".join(made)[:ends])


def _told_end(head: bytes) -> int | None:
    """Bytes of a record, headers included, as they say."""
    blank = _BLANK.search(head, 0, _HEADERS)
    length = _LENGTH.search(head, 0, blank.start() + 1) if blank else None
    return blank.end() + int(length[1]) if blank and length else None


def _demand_one_record(file: WebFile, made: list[bytes], length: int, ends: int | None) -> None:
    """Raise a `SourceError` where a member of gzip holds another record behind the first."""
    if ends is not None and length > ends + 8 and _PLAIN.match(b"".join(made)[ends : ends + 32].lstrip(b"\r\n")):
        raise SourceError(
            f"{file.path}: packed as a whole; expected a gzip member for each record, so that it can be read in parts "
            "(fastwarc recompress makes it)"
        )
