"""Sources of web archives: ranges of packed bytes, found without a look into the files."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from builders.base import Kept, Shard
from builders.settings import AtLeastOne
from builders.sources.archive import Record, records
from builders.sources.documents import DocumentFiles, unread
from builders.sources.ranges import cut, range_of
from builders.sources.web_files import demand_unchanged, web_files
from schemas.corpora import Document

Rejected = tuple[str, str]
"""The reason and the detail."""


@dataclass(frozen=True)
class ArchiveFiles(DocumentFiles):
    """Files of WARC records, plain or with a gzip member for each record, as Common Crawl has them.

    `part_bytes`: text that is read at a time; packed files are cut at a quarter as many packed bytes. A part finds
    its first record by itself, so that a file costs reading it once, however many read it. `longest`: bytes of the
    longest record that is kept.
    """

    part_bytes: AtLeastOne = 2**24
    longest: AtLeastOne = 2**26

    @abstractmethod
    def ends(self) -> tuple[str, ...]:
        """Ends of the names of its files."""

    @abstractmethod
    def row(self, record: Record) -> Mapping[str, Any] | Rejected | None:
        """A row of `Document` without its place; None for a record that is no document."""

    def shards(self, table: str) -> Sequence[Shard]:
        """Ranges of the files as they lie there."""
        return [one for file in web_files(self.location, self.ends()) for one in cut(file, self.part_bytes)]

    def read(self, table: str, shard: str) -> Kept:
        """The records that start in a range."""
        file, start, end, mark = range_of(self.location, shard)
        rows, bad = [], []
        for record in records(file, start, end, self.longest):
            place = f"{file.name}#{record.start}"
            made = record.wrong or self._made(record)
            if isinstance(made, tuple):
                bad.append((place, made[0], f"{place}: {made[1]}"))
            elif made is not None:
                rows.append({**made, "id": place, "file": file.name, "start": record.start, "end": record.end})
        demand_unchanged(file.now(), mark)
        frame = pl.DataFrame(rows, schema=Document.create_empty().schema)
        return self.documents(frame, unread(bad))

    def _made(self, record: Record) -> Mapping[str, Any] | Rejected | None:
        try:
            return self.row(record)
        except (OSError, ValueError):
            return "damaged", "the headers of the record cannot be read"
