"""Pages of a web archive: responses of WARC files, and their main text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.base import Kept
from builders.settings import AtLeastOne
from builders.sources.archive import Record
from builders.sources.archive_files import ArchiveFiles, Rejected
from builders.sources.encodings import decoded
from builders.sources.pages import MOST_TAGS, PageError, forget_pages, page_of

_HTML = ("text/html", "application/xhtml+xml")
_PLAIN = "text/plain"
_OK = 200


@dataclass(frozen=True)
class Warc(ArchiveFiles):
    """Files that end in `.warc` or `.warc.gz`; other settings: `ArchiveFiles`.

    Responses with status 200 that hold HTML or plain text; other responses are rejected by what they are, and records
    of other kinds (requests, notes of the crawler) are no documents. `date` is that of the page where it has one,
    else when it was fetched. `fast`: without the second opinions of trafilatura, a little faster, with less text.
    A record longer than `longest`, or a page with more than `most_tags`, is rejected: trafilatura takes minutes for it.
    """

    longest: AtLeastOne = 2**23
    fast: bool = False
    most_tags: AtLeastOne = MOST_TAGS

    name: ClassVar[str] = "warc"
    version: ClassVar[int] = 1

    def ends(self) -> tuple[str, ...]:
        """Ends of the names of its files."""
        return ".warc", ".warc.gz"

    def read(self, table: str, shard: str) -> Kept:
        """The pages that start in a range."""
        made = super().read(table, shard)
        if made.frame.height or made.rejected.height:
            forget_pages()
        return made

    def row(self, record: Record) -> Mapping[str, Any] | Rejected | None:
        """The main text of a response."""
        from fastwarc import WarcRecord, WarcRecordType

        read: Any = WarcRecord.from_bytes(record.held)
        if read.record_type != WarcRecordType.response:
            return None
        try:
            read.parse_http(auto_decode="all")
            body = read.reader.read()
        except (OSError, ValueError):
            return "bad_response", "the response is no HTTP, or packed in a way that cannot be read"
        if not read.http_headers or read.http_headers.status_code != _OK:
            return "no_page", f"HTTP status {read.http_headers.status_code if read.http_headers else 'missing'}"
        return self._page(read, body)

    def _page(self, read: Any, body: bytes) -> Mapping[str, Any] | Rejected:
        url, fetched = (
            (read.headers.get("WARC-Target-URI") or "").strip("<>") or None,
            read.headers.get("WARC-Date") or "",
        )
        kind, charset = (read.http_content_type or "text/html").lower(), read.http_charset
        if kind == _PLAIN:
            text = decoded(body, charset)
            told = "neither UTF-8 nor anything that can be told"
            return ("unknown_encoding", told) if text is None else {"text": text, "url": url, "date": fetched or None}
        if kind not in _HTML:
            return "no_page", f"holds {kind}"
        try:
            page = page_of(
                body, charset=charset, until=fetched[:10] or "2100-01-01", fast=self.fast, most_tags=self.most_tags
            )
        except PageError as error:
            return error.reason, error.detail
        language = page.language or (read.http_headers.get("Content-Language") or None)
        return {
            "text": page.text, "title": page.title, "url": url, "licence": page.licence,
            "declared_language": language, "date": page.date or fetched or None,
        }  # fmt: skip


SOURCE = Warc
