"""Texts that Common Crawl extracted from pages: conversion records of WET files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.sources.archive import Record
from builders.sources.archive_files import ArchiveFiles, Rejected
from builders.sources.encodings import decoded


@dataclass(frozen=True)
class Wet(ArchiveFiles):
    """Files that end in `.wet` or `.wet.gz` (`….warc.wet.gz`); other settings: `ArchiveFiles`.

    Their texts are UTF-8, a few broken letters become U+FFFD. `declared_language` is what the crawl found
    (`eng,deu`), `date` when it fetched the page.
    """

    name: ClassVar[str] = "wet"
    version: ClassVar[int] = 1

    def ends(self) -> tuple[str, ...]:
        """Ends of the names of its files."""
        return ".wet", ".wet.gz"

    def row(self, record: Record) -> Mapping[str, Any] | Rejected | None:
        """The text of a conversion record."""
        from fastwarc import WarcRecord, WarcRecordType

        read: Any = WarcRecord.from_bytes(record.held)
        if read.record_type != WarcRecordType.conversion:
            return None
        text = decoded(read.reader.read(), "utf-8", lenient=True)
        if text is None:
            return "unknown_encoding", "neither UTF-8 nor anything that can be told"
        headers = read.headers
        return {
            "text": text.removesuffix("\n"),
            "url": (headers.get("WARC-Target-URI") or "").strip("<>") or None,
            "declared_language": headers.get("WARC-Identified-Content-Language"),
            "date": headers.get("WARC-Date"),
        }


SOURCE = Wet
