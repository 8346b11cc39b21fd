"""JSON lines that are not UTF-8: which encoding a file is in, found once from its head, and its lines as UTF-8."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl

from builders.sources.encodings import guessed, marked
from builders.sources.unpacked import head_of
from builders.sources.web_files import WebFile
from builders.sources.whole_lines import line_starts
from schemas.errors import SourceError

_OTHERS = {b"PAR1": "Parquet", b"PK\x03\x04": "a zip file", b"\xfd7zXZ": "xz", b"BZh": "bzip2", b"%PDF": "a PDF"}
_ENOUGH, _SHARE = 3, 0.1


class Utf8Lines(NamedTuple):
    """Lines as UTF-8, and where they start here and in the file's own encoding: both empty where that is UTF-8."""

    block: bytes
    here: np.ndarray
    there: np.ndarray

    def starts(self, starts: pl.Series) -> pl.Series:
        """Where lines that start here start there."""
        if not len(self.here):
            return starts
        return pl.Series(starts.name, self.there[np.searchsorted(self.here, starts.to_numpy())], dtype=pl.Int64)

    def ends(self, ends: pl.Series) -> pl.Series:
        """Where lines that end here end there."""
        if not len(self.here):
            return ends
        following = np.searchsorted(self.here, ends.to_numpy(), side="right")
        return pl.Series(ends.name, self.there[following] - 1, dtype=pl.Int64)


@lru_cache(maxsize=1024)
def encoding_of(file: WebFile, part: int) -> str:
    """`utf-8`, the only legal one, unless the first 64 KiB are in another.

    They are where most lines that are not ASCII are no UTF-8, and a tenth of their bytes or more are beyond ASCII (no
    Latin script, then), or there are three of them and none that is UTF-8. Raises `SourceError` for what cannot be
    JSON lines in any encoding.
    """
    head = head_of(file, part)
    _demand_lines(file.path, head)
    lines = [line for line in head.split(b"\n")[: head.count(b"\n") or 1] if not line.isascii()]
    broken = [line for line in lines if not _is_utf8(line)]
    body = b"\n".join(broken)
    beyond = int((np.frombuffer(body, np.uint8) > 127).sum())
    alone = len(broken) == len(lines) >= _ENOUGH
    if 2 * len(broken) <= len(lines) or not (alone or beyond >= _SHARE * len(body)):
        return "utf-8"
    return guessed(body) or "utf-8"


def as_utf8(block: bytes, encoding: str) -> Utf8Lines:
    """A block of lines, each as it is where it is UTF-8 or not in the encoding either."""
    if encoding == "utf-8":
        return Utf8Lines(block, np.zeros(0, np.int64), np.zeros(0, np.int64))
    lines = [_as_utf8(line, encoding) for line in block.split(b"\n")]
    made = b"\n".join(lines)
    return Utf8Lines(made, line_starts(made), line_starts(block))


def _as_utf8(line: bytes, encoding: str) -> bytes:
    try:
        return line if _is_utf8(line) else line.decode(encoding).encode()
    except UnicodeError:
        return line


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _demand_lines(path: str, head: bytes) -> None:
    if what := next((what for magic, what in _OTHERS.items() if head.startswith(magic)), ""):
        raise SourceError(f"{path}: this is {what}, whatever its name says; expected JSON lines")
    if (encoding := marked(head)) and encoding != "utf-8-sig":
        raise SourceError(
            f"{path}: this is {encoding.upper()}; save it as UTF-8 (iconv -f {encoding.upper()} -t UTF-8)"
        )
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        raise SourceError(
            f"{path}: holds one JSON array; expected one object a line (jq -c '.[]' makes lines of an array)"
        )
