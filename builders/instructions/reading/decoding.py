"""Bytes of a corpus as text, in the encoding that its declaration names or a mark at its start tells."""

import codecs
from typing import Final

from builders.sources.encodings import guessed, marked
from schemas.errors import SourceError

UTF8: Final = "utf-8"
REPLACED: Final = "\ufffd"
"""What stands for bytes that do not fit."""
HALF: Final = "half a surrogate pair, which is no letter"
"""Why a text that JSON spells with escapes is none."""


def encoding_of(path: str, head: bytes, said: str) -> str:
    """The encoding of a file from its first bytes: its mark, else what is said, else UTF-8.

    Raises `SourceError` for a name that is no encoding.
    """
    if mark := marked(head):
        return UTF8 if mark == "utf-8-sig" else mark
    try:
        "".encode(said or UTF8)  # some codecs of Python are none of texts
        return codecs.lookup(said or UTF8).name
    except (LookupError, UnicodeError, ValueError):
        raise SourceError(f"{path}: the declaration says encoding {said}, which Python does not know") from None


def text(path: str, body: bytes, said: str = "") -> str:
    """A whole file as text without its mark, by which it is read where it has one.

    UTF-8 is believed before what is said; what does not fit is U+FFFD.
    """
    encoding = encoding_of(path, body[:4096], said)
    if encoding == UTF8 or not marked(body[:4096]):
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    return body.decode(encoding, "replace").removeprefix("\ufeff")


def lost_letters(body: bytes, read: str) -> bool:
    """Whether U+FFFD stands for bytes that did not fit: a corpus may have that sign itself."""
    return REPLACED in read and REPLACED.encode() not in body


def is_text(said: str) -> bool:
    """Whether all of it are letters: half a surrogate pair is none, and no file can hold it."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def demand_utf8(path: str, body: bytes, broken: int, rows: int) -> None:
    """Raise a `SourceError` where most rows are not UTF-8: another encoding, and no damage of single rows."""
    if broken > 2 and 2 * broken > rows:
        found = guessed(body) or "another encoding"
        raise SourceError(
            f"{path}: {broken} of {rows} rows are not UTF-8 but look like {found}; write `encoding` in its declaration"
        )
