"""Articles in JATS XML: what they are called, say, and may be used for."""

import re
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, Bad, FileRows
from builders.instructions.reading.xml_stream import BrokenXmlError, elements, said
from schemas.licences import UNKNOWN, normalised

_SCHEMA: Final = {
    NUMBER: pl.Int64, "pmcid": pl.String, "pmid": pl.String, "doi": pl.String, "journal": pl.String,
    "article_type": pl.String, "title": pl.String, "abstract": pl.String, "body": pl.String,
    "sections": pl.List(pl.Struct({"name": pl.String, "text": pl.String})), "keywords": pl.List(pl.String),
    "licence": pl.String,
}  # fmt: skip
_NO_TEXT: Final = (
    "table-wrap",
    "fig",
    "fig-group",
    "disp-formula",
    "tex-math",
    "media",
    "supplementary-material",
    "fn",
)
"""What is no running text."""
_BLOCKS: Final = ("title", "p", "list-item", "disp-quote")
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_BLANKS: Final = re.compile(r"\s+")
_DEED: Final = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[\w-]+/\d\.\d")
_NAMED: Final = re.compile(r"creative commons attribution([\w\s–-]*?)(?:\d\.\d|licen[cs]e|[,.;()]|$)", re.IGNORECASE)
_TERMS: Final = {"nc": r"non.?commercial", "nd": r"no.?deriv", "sa": r"share.?alike"}


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The articles of a file; one that is no XML, or holds none, is a bad row."""
    rows: list[dict[str, Any]] = []
    bad: list[Bad] = []
    try:
        for number, article in enumerate(elements(file.path, file.body(), "article"), 1):
            rows.append({NUMBER: number, **_row(article)})
        if not rows:
            bad.append((1, "no_article", "no element `article`"))
    except BrokenXmlError as error:
        bad.append((len(rows) + 1, "bad_xml", str(error)))
    return FileRows(pl.DataFrame(rows, schema=_SCHEMA, orient="row"), bad)


def _row(article: Any) -> dict[str, Any]:
    meta = article.find("front/article-meta")
    meta = article if meta is None else meta
    ids = {one.get("pub-id-type"): said(one) for one in meta.findall("article-id")}
    pmcid = ids.get("pmcid") or ids.get("pmc") or ""
    body = article.find("body")
    return {
        "pmcid": f"PMC{pmcid.upper().removeprefix('PMC')}" if pmcid else None,
        "pmid": ids.get("pmid"), "doi": ids.get("doi"),
        "journal": _first(article, "front/journal-meta//journal-title"), "article_type": article.get("article-type"),
        "title": _first(meta, "title-group/article-title"), "abstract": _abstract(meta),
        "body": None if body is None else _text(body) or None,
        "sections": [] if body is None else _sections(body),
        "keywords": [text for one in meta.findall("kwd-group/kwd") if (text := _plain(one))],
        "licence": _licence(meta),
    }  # fmt: skip


def _first(element: Any, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else _plain(found) or None


def _plain(element: Any) -> str:
    """The words of a line, without notes and marks of them."""
    for note in element.xpath(".//fn | .//xref[@ref-type='fn']"):
        _cut(note)
    return _BLANKS.sub(" ", said(element)).strip()


def _cut(element: Any) -> None:
    """Take an element away and leave what stands behind it."""
    above, before = element.getparent(), element.getprevious()
    if before is None:
        above.text = (above.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    above.remove(element)


def _abstract(meta: Any) -> str | None:
    """The abstract itself, not its graphic or its highlights."""
    plain = [one for one in meta.findall("abstract") if one.get("abstract-type") in (None, "summary")]
    return (_text(plain[0]) or None) if plain else None


def _text(element: Any) -> str:
    for one in element.xpath(" | ".join(f".//{name}" for name in _NO_TEXT)):
        if one.getparent() is not None:
            _cut(one)
    return "\n".join(_lines(element))


def _lines(element: Any) -> Iterator[str]:
    """Paragraphs and headings in their order; a block within a block is told with it."""
    for one in element.iter(*_BLOCKS):
        if any(above.tag in _BLOCKS for above in one.iterancestors() if above is not element):
            continue
        if line := _BLANKS.sub(" ", said(one)).strip():
            yield line


def _sections(body: Any) -> list[dict[str, str]]:
    found = [(one.find("title"), one) for one in body.findall("sec")]
    return [{"name": "" if title is None else _plain(title), "text": _text(one)} for title, one in found]


def _licence(meta: Any) -> str:
    """The licence by its deed, or by its name in words; `unknown` where neither is there.

    A name without a version is one of 4.0, as `schemas.licences` has it.
    """
    for licence in meta.findall("permissions/license"):
        links = [
            licence.get(_HREF, ""),
            *(one.get(_HREF, "") for one in licence.iter("ext-link", "uri")),
            said(licence),
        ]
        for link in links:
            if (deed := _DEED.search(link)) and (found := normalised(deed[0])) != UNKNOWN:
                return found
        if (found := _by_words(_BLANKS.sub(" ", said(licence)))) != UNKNOWN:
            return found
    return UNKNOWN


def _by_words(text: str) -> str:
    named = _NAMED.search(text)
    if not named:
        return UNKNOWN
    parts = [code for code, words in _TERMS.items() if re.search(words, named[1], re.IGNORECASE)]
    version = re.match(r"[\w\s–-]*?(\d\.\d)", text[named.end(1) :])
    return normalised(
        "-".join(["cc", "by", *sorted(parts, key=("nc", "nd", "sa").index), *([version[1]] if version else [])])
    )
