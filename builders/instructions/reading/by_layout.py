"""Which reader reads the files of a layout, and which of them reads parts of large files."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from builders.instructions.reading import bio, delimited, json_files, json_lines
from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import FileRows
from builders.instructions.reading.parts import Part

Reader = Callable[[CorpusFile, Asked], FileRows]
Cutter = Callable[[CorpusFile, Asked], Iterator[Part]]
PartReader = Callable[[CorpusFile, Part, Asked], FileRows]

WHOLE: Final[Mapping[str, Reader]] = {
    "json-lines": json_lines.read,
    "json": json_files.read,
    "csv": delimited.read,
    "tsv": delimited.read,
    "bio": bio.read,
}
IN_PARTS: Final[Mapping[str, tuple[Cutter, PartReader]]] = {
    "json-lines": (json_lines.parts, json_lines.read_part),
    "csv": (delimited.parts, delimited.read_part),
    "tsv": (delimited.parts, delimited.read_part),
}
TOGETHER: Final = ("obo",)
"""Layouts whose files are one whole: all of them are one shard."""
TABLES: Final = ("csv", "tsv", "xlsx", "parquet")
"""Layouts whose files name all their columns, so that one that is not there is nowhere in the file."""
