"""Documents as rows of Parquet: CulturaX, FineWeb and whatever else has a column of text."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import polars as pl

from builders.base import Kept, Shard
from builders.sources.documents import DocumentRows, unread
from builders.sources.parquet_runs import opened, read_run, runs
from builders.sources.parquet_text import demand_text_column, has_column
from builders.sources.place import digest
from builders.sources.ranges import range_of
from builders.sources.web_files import WebFile, demand_unchanged, label, web_files
from schemas.errors import SourceError

ENDS = (".parquet",)


@dataclass(frozen=True)
class WebParquet(DocumentRows):
    """Files that end in `.parquet`.

    The other settings are those of `DocumentRows`; a column that you name yourself must be there. `part_bytes` counts
    what the metadata of the row groups say of the text. A row group of more is read in pieces, each of which costs
    decoding what is before it in its group. Memory: about six times a part.
    """

    name: ClassVar[str] = "web-parquet"
    version: ClassVar[int] = 1

    def shards(self, table: str) -> Sequence[Shard]:
        """Runs of rows; the metadata of every file are read, and no data."""
        return [shard for file in web_files(self.location, ENDS) for shard in self._cut(file)]

    def _cut(self, file: WebFile) -> list[Shard]:
        with opened(file) as found:
            self._demand_columns(file.path, found.schema_arrow)
            cut = list(runs(found.metadata, self.text, self.part_bytes))
        identity, mark = file.identity(), file.mark()
        return [
            Shard(
                f"{label(file.name)}:{run.start}-{run.end}:{mark}",
                digest(identity, f"{run.start}-{run.end}"),
                run.end - run.start,
                run.bytes,
            )
            for run in cut
        ]

    def _demand_columns(self, path: str, schema: Any) -> None:
        demand_text_column(path, schema, self.text)
        usual = {field.default for field in fields(DocumentRows)}
        for column in self.columns().values():
            if column not in usual and not has_column(schema, column):
                raise SourceError(f"{path}: no column {column}; it has {', '.join(schema.names[:30])}")

    def read(self, table: str, shard: str) -> Kept:
        """The rows of one run."""
        file, start, end, mark = range_of(self.location, shard)
        columns = self.columns()
        raw = read_run(file, start, end, list(dict.fromkeys(columns.values())))
        demand_unchanged(file.now(), mark)
        rows = raw.select(
            *(pl.col(theirs).alias(ours) for ours, theirs in columns.items()),
            file=pl.lit(file.name),
            id=pl.format("{}#{}", pl.lit(file.name), pl.int_range(start, end)),
            broken="broken",
            long=pl.col(self.text).str.len_bytes() > self.longest,
        )
        good = ~pl.col("broken") & ~pl.col("long").fill_null(False)
        return self.documents(rows.filter(good), self._unread(rows.filter(~good)))

    def _unread(self, rows: pl.DataFrame) -> pl.DataFrame:
        told = ("not_utf8", "bytes that are not UTF-8"), ("too_long", f"a text of more than {self.longest} bytes")
        found = [(row, *told[not broken]) for row, broken in rows.select("id", "broken").iter_rows()]
        return unread([(row, reason, f"{row}: {why}") for row, reason, why in found])


SOURCE = WebParquet
