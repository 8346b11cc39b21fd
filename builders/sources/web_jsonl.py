"""Documents as JSON lines, one object a line, packed or not: CulturaX, C4, Dolma and dumps of sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from builders.base import Kept, Shard
from builders.sources.documents import DocumentRows, unread
from builders.sources.json_documents import json_documents
from builders.sources.line_encoding import as_utf8, encoding_of
from builders.sources.ranges import cut, range_of
from builders.sources.unpacked import part_of
from builders.sources.web_files import demand_unchanged, web_files
from builders.sources.whole_lines import Lines, whole_lines

ENDS = (".jsonl", ".ndjson", *(f".{kind}.{how}" for kind in ("jsonl", "ndjson", "json") for how in ("gz", "zst")))


@dataclass(frozen=True)
class WebJsonl(DocumentRows):
    """Files that end in `.jsonl` or `.ndjson`, plain or with `.gz` or `.zst`, and packed `.json`.

    The other settings are those of `DocumentRows`. A packed file is cut at packed bytes, a quarter of `part_bytes`,
    without a look into it; a process that reads its parts in order unpacks it once, and any other part costs
    unpacking what is before it (about 300 MB/s of text for gzip, more for Zstandard): with N workers at worst N times
    the file. Files of many gigabytes are better kept plain, or in more files. UTF-8 is the only legal encoding; a file
    whose head is mostly another one (GB18030) is read in that. Memory: about six times what a part unpacks to, and
    the longest line.
    """

    name: ClassVar[str] = "web-jsonl"
    version: ClassVar[int] = 1

    def shards(self, table: str) -> Sequence[Shard]:
        """Ranges of the files as they lie there, by name and place; no file is read for it beyond its identity."""
        files = web_files(self.location, ENDS, named=(".json",))
        return [shard for file in files for shard in cut(file, self.part_bytes)]

    def read(self, table: str, shard: str) -> Kept:
        """The records that start in a range."""
        file, start, end, mark = range_of(self.location, shard)
        part = part_of(file.name, self.part_bytes)
        encoding = encoding_of(file, part)
        lines = whole_lines(file, start, end, part, self.longest)
        demand_unchanged(file.now(), mark)
        return self._rows(file.name, lines, encoding)

    def _rows(self, name: str, lines: Lines, encoding: str) -> Kept:
        columns = self.columns()
        utf8 = as_utf8(lines.block, encoding)
        records = json_documents(utf8.block, list(dict.fromkeys(columns.values())), self.text, self.longest)
        places = utf8.starts(pl.Series([at for at, _, _ in records.bad], dtype=pl.Int64))
        bad = [(at, reason, why) for at, (_, reason, why) in zip(places, records.bad, strict=True)]
        rows = records.frame.select(
            *(pl.col(theirs).alias(ours) for ours, theirs in columns.items()),
            start=utf8.starts(records.frame["start"]) + lines.start,
            end=utf8.ends(records.frame["end"]) + lines.start,
            file=pl.lit(name),
        ).with_columns(id=pl.format("{}#{}", "file", "start"))
        return self.documents(rows, self._unread(name, lines, bad))

    def _unread(self, name: str, lines: Lines, bad: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
        told = [(at + lines.start, reason, why) for at, reason, why in bad]
        if lines.cut:
            byte, why = lines.cut
            told = [one for one in told if one[0] < byte] + [(byte, "cut_off", f"{why}; the rest is not read")]
        if lines.too_long >= 0:
            told.append((lines.too_long, "too_long", f"a line of more than {self.longest} bytes"))
        return unread([(f"{name}#{byte}", reason, f"{name}#{byte}: {why}") for byte, reason, why in told])


SOURCE = WebJsonl
