"""From PDF files to rows of pages: which pages are taken, which are read as pictures, and what is rejected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from annotators.ocr.reader import PageRead, PageReader, PageUnreadError
from builders.base import REJECTED_SCHEMA, Kept
from builders.sources.pdf_files import BadPdfError, opened
from builders.sources.pdf_layers import document_layer
from builders.sources.pdf_pages import drawn_on, opened_page, picture_of, text_of
from builders.sources.place import Place
from builders.sources.scanned import layer_of, published_pages, scanned_document, scanned_page, speaks
from schemas.corpora import Page

Ocr = Literal["page", "document", "never"]
Row = tuple[str, int, str, str, float | None]


@dataclass(frozen=True)
class Reading:
    """How files are read; `published`: by the published rule of pages. Settings as `PdfFolder` has them."""

    place: Place
    ocr: Ocr
    published: bool
    reader: PageReader | None
    dpi: int

    def rows(self, names: Sequence[str], pages: range | None) -> Kept:
        """`Page` rows of some pages (from 0; None: all) of each file, one page in memory at a time."""
        rows: list[Row] = []
        rejected: list[tuple[str, str, str]] = []
        for name in names:
            try:
                with opened(self.place, name) as pdf:
                    for made in self._pages(pdf, name, pages):
                        if isinstance(made, BadPdfError):
                            rejected.append((name, made.reason, made.detail))
                        else:
                            rows.append(made)
            except BadPdfError as error:
                rejected.append((name, error.reason, error.detail))
        schema = {name: column.dtype for name, column in Page.columns().items()}
        return Kept(
            pl.DataFrame(rows, schema, orient="row"), pl.DataFrame(rejected, schema=REJECTED_SCHEMA, orient="row")
        )

    def _pages(self, pdf: Any, name: str, pages: range | None) -> Iterator[Row | BadPdfError]:
        scanned = self._by_document and scanned_document(document_layer(self.place, name))
        kept = published_pages(len(pdf)) if self.published and not scanned else range(len(pdf))
        for index in pages or range(len(pdf)):
            if index in kept:
                try:
                    yield (name, index + 1, *self._read(pdf, index, scanned))
                except BadPdfError as error:
                    yield error

    @property
    def _by_document(self) -> bool:
        """Whether something hangs on the whole document; without OCR each is a text document."""
        return self.ocr == "document" or (self.published and self.ocr == "page")

    def _read(self, pdf: Any, index: int, scanned: bool) -> tuple[str, str, float | None]:
        """Text, method, confidence of one page."""
        with opened_page(pdf, index) as page:
            text = text_of(page)
            if self.reader is None or not self._is_picture(page, text, scanned):
                return text, "text_layer", None
            picture, dpi = picture_of(page, self.dpi)
        read = _by(self.reader, picture, dpi, index)
        if self.ocr == "page" and layer_of(read.text).letters < layer_of(text).letters:
            return text, "text_layer", None
        return read.text, "ocr", read.confidence

    def _is_picture(self, page: Any, text: str, scanned: bool) -> bool:
        if self.ocr == "document":
            return scanned
        layer = layer_of(text)
        if speaks(layer):
            return False
        pictures, drawn = drawn_on(page)
        return scanned_page(layer, pictures, drawn=drawn)


def _by(reader: PageReader, picture: np.ndarray, dpi: int, index: int) -> PageRead:
    try:
        return reader.read(picture, dpi)
    except PageUnreadError as error:
        raise BadPdfError("ocr_failed", f"page {index + 1}: {error}") from None
    except (RuntimeError, ValueError) as error:
        raise BadPdfError("ocr_failed", f"page {index + 1}: {type(error).__name__}") from None
