"""The main text of a page in HTML, with its title, date, declared language and licence, by trafilatura."""

import re
from typing import Any, NamedTuple

from builders.sources.encodings import decoded

MOST_TAGS = 50_000
_HEAD = 2**12
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"<html\b[^>]{0,2000}?\blang\s*=\s*[\"']?\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)", re.IGNORECASE
)
_FILES_ONLY = "2100-01-01"
_LOGGERS = ("trafilatura", "htmldate", "charset_normalizer", "courlan", "justext", "readability")


class Page(NamedTuple):
    """What a page holds; null where it does not say. `url` is where the page says that it lies."""

    text: str
    title: str | None
    url: str | None
    date: str | None
    language: str | None
    licence: str | None


class PageError(Exception):
    """A page that is no document; `reason` in snake_case, and `detail`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def page_of(
    body: bytes, *, charset: str | None = None, until: str = _FILES_ONLY, fast: bool = False, most_tags: int = MOST_TAGS
) -> Page:
    """The main text of a page; raises `PageError` where it has none, or cannot be read.

    `charset`: what the server said. `until`: the day it was fetched; dates later than that are none of its own.
    `fast`: without the second opinions that trafilatura asks for otherwise. `most_tags`: a page with more is none; the
    time of trafilatura grows with their square (40,000 in a list of paragraphs take ten seconds).
    """
    html = decoded(body, charset, *_said(body), lenient=True)
    if html is None:
        raise PageError("unknown_encoding", "neither UTF-8, nor what it says, nor anything that can be told")
    if not html.strip():
        raise PageError("empty_text", "the page is empty")
    if (tags := html.count("<")) > most_tags:
        raise PageError("too_many_tags", f"{tags} tags, allowed are {most_tags}")
    found: Any = _extracted(html, until, fast)
    text = (found.text or "") if found else ""
    if not found or not text.strip():
        raise PageError("no_main_text", "the page has no main text")
    language = _LANGUAGE.search(html[: 2 * _HEAD])
    declared = language[1] if language else None
    return Page(text, found.title or None, found.url or None, found.date or None, declared, found.license or None)


def forget_pages() -> None:
    """Empty what trafilatura remembers of pages."""
    from trafilatura.meta import reset_caches

    reset_caches()


def _said(body: bytes) -> list[str]:
    """The encodings that the head of a page tells."""
    found = [pattern.search(body[:_HEAD]) for pattern in (_META, _XML)]
    return [match[1].decode("ascii") for match in found if match]


def _extracted(html: str, until: str, fast: bool):
    import logging

    from trafilatura import bare_extraction

    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    dates = {"original_date": True, "extensive_search": False, "max_date": until}
    try:
        return bare_extraction(
            html.replace("\0", ""), fast=fast, with_metadata=True, include_comments=False, date_extraction_params=dates
        )
    except Exception as error:  # whatever a page of the web breaks within a parser must not end a build
        raise PageError("unreadable_page", f"the reader of pages failed with {type(error).__name__}") from None
