"""A folder of plain texts, in whatever encoding each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.encodings import decoded
from builders.sources.file_runs import FileRuns, Rejected

_OTHERS = {
    b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "Zstandard", b"PK\x03\x04": "a zip file", b"%PDF": "a PDF",
    b"PAR1": "Parquet", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\xfd7zXZ": "xz", b"BZh": "bzip2",
}  # fmt: skip


@dataclass(frozen=True)
class TextFolder(FileRuns):
    """Files that end in `.txt` or `.md`; other settings: `FileRuns`.

    Encodings are told by marks, else UTF-8, else a guess from the bytes (GB18030, Shift JIS, windows-1251 and others).
    """

    name: ClassVar[str] = "text-folder"
    version: ClassVar[int] = 1

    def ends(self) -> tuple[str, ...]:
        """Ends of the names of its files."""
        return ".txt", ".md"

    def row(self, body: bytes) -> Mapping[str, Any] | Rejected:
        """The text of a file."""
        if what := next((what for magic, what in _OTHERS.items() if body.startswith(magic)), ""):
            return "no_text_file", f"this is {what}, whatever its name says"
        text = decoded(body)
        if text is None:
            return "unknown_encoding", "neither UTF-8 nor anything that can be told; save it as UTF-8"
        return {"text": text}


SOURCE = TextFolder
