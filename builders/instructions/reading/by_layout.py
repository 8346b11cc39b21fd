"""Which reader reads the files of a layout, and which of them reads parts of large files."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from builders.instructions.reading import (
    bio,
    brat_texts,
    delimited,
    jats,
    json_files,
    json_lines,
    obo,
    parquet,
    pubtator,
    spreadsheets,
    task_file,
    text_pairs,
    tmx,
    token_labels,
    xml_records,
)  # fmt: skip
from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import FileRows
from builders.instructions.reading.parts import Part
from builders.instructions.reading.patterns import unpacked_name

Reader = Callable[[CorpusFile, Asked], FileRows]
Cutter = Callable[[CorpusFile, Asked], Iterator[Part]]
PartReader = Callable[[CorpusFile, Part, Asked], FileRows]

WHOLE: Final[Mapping[str, Reader]] = {
    "json-lines": json_lines.read,
    "json": json_files.read,
    "csv": delimited.read,
    "tsv": delimited.read,
    "xlsx": spreadsheets.read,
    "parquet": parquet.read,
    "xml": xml_records.read,
    "jats": jats.read,
    "tmx": tmx.read,
    "text-pairs": text_pairs.read,
    "obo": obo.read,
    "bio": bio.read,
    "brat": brat_texts.read,
    "pubtator": pubtator.read,
    "token-labels": token_labels.read,
    "task-file": task_file.read,
}
IN_PARTS: Final[Mapping[str, tuple[Cutter, PartReader]]] = {
    "json-lines": (json_lines.parts, json_lines.read_part),
    "csv": (delimited.parts, delimited.read_part),
    "tsv": (delimited.parts, delimited.read_part),
    "parquet": (parquet.parts, parquet.read_part),
}
TOGETHER: Final = ("obo",)
"""Layouts whose files are one whole: all of them are one shard."""
BY_NAME: Final = ("token-labels", "text-pairs")
"""Layouts whose files have a partner of their name, and no table beside all of them."""
TABLES: Final = ("csv", "tsv", "xlsx", "parquet")
"""Layouts whose files name all their columns, so that one that is not there is nowhere in the file."""

_OF_ENDS: Final = {
    ".jsonl": "json-lines", ".ndjson": "json-lines", ".json": "json", ".csv": "csv", ".tsv": "tsv", ".xlsx": "xlsx",
    ".parquet": "parquet",
}  # fmt: skip


def layout_of(name: str) -> str:
    """The layout of a table by the ending of its name; nothing where that says none."""
    bare = unpacked_name(name).lower()
    return next((layout for end, layout in _OF_ENDS.items() if bare.endswith(end)), "")
