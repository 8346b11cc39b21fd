"""A source of documents: where its files are, what may be done with them, and rows of the table `documents`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import polars as pl

from builders.base import REJECTED_SCHEMA, Kept, Source
from builders.settings import AtLeastOne
from builders.sources.sorting_out import sort_out
from builders.sources.web_files import located
from schemas.corpora import Document
from schemas.terms import Terms


@dataclass(frozen=True)
class DocumentFiles(Source):
    """A file, a folder or an fsspec URL, or several separated by commas.

    `licence` is that of every row that names none of its own. Terms are those of each row's licence: a row without a
    known one stays at home, so the terms of the table itself forbid only what no licence decides.
    `remote_processing`: may text be sent to a service outside the machine.
    """

    location: str
    licence: str = ""
    remote_processing: bool = False

    tables: ClassVar[Mapping[str, Any]] = {"documents": Document}
    terms: ClassVar[Terms] = Terms(remote_processing=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", located(self.location))
        object.__setattr__(self, "terms", replace(type(self).terms, remote_processing=self.remote_processing))

    def documents(self, rows: pl.DataFrame, unread: pl.DataFrame | None = None) -> Kept:
        """The rows that hold text, with every column of `Document`; the others are rejected beside `unread`."""
        columns = [pl.col(name) if name in rows.columns else pl.lit(None).alias(name) for name in Document.columns()]
        frame = rows.select(columns).cast(Document.create_empty().schema)
        said = pl.col("licence").fill_null("").str.strip_chars()
        frame = frame.with_columns(licence=pl.when(said == "").then(pl.lit(self.licence or None)).otherwise(said))
        reasons = [
            ("no_text", pl.col("text").is_null(), pl.format("{}: nothing stands where the text should be", "id")),
            ("empty_text", pl.col("text").str.strip_chars() == "", pl.format("{}: the text is empty", "id")),
        ]
        kept, rejected = sort_out(frame, reasons)
        return Kept(kept, rejected if unread is None else pl.concat([rejected, unread]))


@dataclass(frozen=True)
class DocumentRows(DocumentFiles):
    """Files whose records have columns.

    `text`, `title`, `url`, `date`, `licence_column`, `language_column`: their names; `metadata.url` means `url` within
    `metadata`. Only the text must be there. `part_bytes`: text that is read at a time. `longest`: bytes of the
    longest document that is kept.
    """

    text: str = "text"
    title: str = "title"
    url: str = "url"
    date: str = "timestamp"
    licence_column: str = "licence"
    language_column: str = "language"
    part_bytes: AtLeastOne = 2**24
    longest: AtLeastOne = 2**26

    def columns(self) -> dict[str, str]:
        """Columns of `Document` to those of the files."""
        named = {"text": self.text, "title": self.title, "url": self.url, "date": self.date}
        named |= {"licence": self.licence_column, "declared_language": self.language_column}
        return {ours: theirs for ours, theirs in named.items() if theirs}


def unread(rows: list[tuple[str, str, str]]) -> pl.DataFrame:
    """Rejected rows from id, reason and detail."""
    return pl.DataFrame(rows, schema=REJECTED_SCHEMA, orient="row")
