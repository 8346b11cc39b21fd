"""Files packed with gzip or Zstandard, whatever their names say, as a stream that can be cut at any packed byte."""

import zlib
from typing import Any, NamedTuple

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_WINDOW = 2**31
"""Bytes of history that a Zstandard file may ask for (`--long=31`)."""


class Output(NamedTuple):
    """What came of some packed bytes; `damage` says why no more can come, empty where all is well."""

    data: bytes
    damage: str


class Plain:
    """Bytes as they are."""

    def feed(self, packed: bytes) -> Output:
        """The next bytes."""
        return Output(packed, "")

    def end(self) -> str:
        """A file that is not packed is never unfinished."""
        return ""


class Gzip:
    """Members of gzip one behind the other; zeros behind a member are padding."""

    def __init__(self) -> None:
        self._member: Any = None

    def feed(self, packed: bytes) -> Output:
        """All that can be unpacked from the bytes so far, up to the byte that is damaged."""
        before = None if self._member is None else self._member.copy()
        try:
            return Output(self._unpacked(packed), "")
        except zlib.error:
            self._member = before
        made = []
        try:
            for at in range(len(packed)):
                made.append(self._unpacked(packed[at : at + 1]))
        except zlib.error:
            pass
        return Output(b"".join(made), "the packed bytes are damaged")

    def _unpacked(self, packed: bytes) -> bytes:
        made = []
        while packed:
            if self._member is None:
                packed = packed.lstrip(b"\0")
                self._member = zlib.decompressobj(31) if packed else None
            if self._member is not None:
                made.append(self._member.decompress(packed))
                packed, done = self._member.unused_data, self._member.eof
                self._member = None if done else self._member
        return b"".join(made)

    def end(self) -> str:
        """Why the file cannot be whole, where it ends here."""
        return "" if self._member is None else "the packed file is cut off"


class Zstandard:
    """Frames of Zstandard one behind the other."""

    def __init__(self) -> None:
        self._frame: Any = None

    def feed(self, packed: bytes) -> Output:
        """All that can be unpacked from the bytes so far: whole blocks, which the format keeps below 128 KiB."""
        import zstandard

        made = []
        try:
            while packed:
                if self._frame is None:
                    self._frame = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
                made.append(self._frame.decompress(packed))
                packed, done = self._frame.unused_data, self._frame.eof
                self._frame = None if done else self._frame
        except zstandard.ZstdError:
            return Output(b"".join(made), "the packed bytes are damaged")
        return Output(b"".join(made), "")

    def end(self) -> str:
        """Why the file cannot be whole, where it ends here."""
        return "" if self._frame is None else "the packed file is cut off"


Unpacker = Plain | Gzip | Zstandard


def unpacker(head: bytes) -> Unpacker:
    """What unpacks a file that begins with these bytes."""
    if head.startswith(_GZIP):
        return Gzip()
    skipped = head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5
    return Zstandard() if head.startswith(_ZSTD) or skipped else Plain()
