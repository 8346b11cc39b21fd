"""A folder of pages in HTML, as a copy of a site is, and their main texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builders.base import Kept
from builders.settings import AtLeastOne
from builders.sources.file_runs import FileRuns, Rejected
from builders.sources.pages import MOST_TAGS, PageError, forget_pages, page_of


@dataclass(frozen=True)
class HtmlFolder(FileRuns):
    """Files that end in `.html`, `.htm` or `.xhtml`; other settings: `FileRuns`.

    Text, title, date, address and licence are what trafilatura finds, the language is what the page declares.
    `fast`: without its second opinions, a little faster, with less text. A page longer than `longest`, or with more
    than `most_tags`, is rejected: trafilatura takes minutes for it.
    """

    longest: AtLeastOne = 2**23
    fast: bool = False
    most_tags: AtLeastOne = MOST_TAGS

    name: ClassVar[str] = "html-folder"
    version: ClassVar[int] = 1

    def ends(self) -> tuple[str, ...]:
        """Ends of the names of its files."""
        return ".html", ".htm", ".xhtml"

    def read(self, table: str, shard: str) -> Kept:
        """The pages of a run."""
        try:
            return super().read(table, shard)
        finally:
            forget_pages()

    def row(self, body: bytes) -> Mapping[str, Any] | Rejected:
        """The main text of a page."""
        try:
            page = page_of(body, fast=self.fast, most_tags=self.most_tags)
        except PageError as error:
            return error.reason, error.detail
        return {
            "text": page.text, "title": page.title, "url": page.url, "licence": page.licence,
            "declared_language": page.language, "date": page.date,
        }  # fmt: skip


SOURCE = HtmlFolder
