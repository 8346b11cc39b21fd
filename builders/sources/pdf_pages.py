"""One page of an opened PDF: its text layer, what is drawn on it, and a picture of it."""

import re
from math import sqrt
from typing import Any

import numpy as np

from builders.sources.pdf_files import BadPdfError

MOST_PIXELS = 40_000_000
"""Of a picture: A3 at 400 dpi; a larger page is drawn with fewer dots."""
_POINTS_PER_INCH = 72
_HYPHEN = re.compile("\x02|\ufffe")
"""What PDFium puts for a hyphen at the end of a line, whose break it drops."""
_UNREADABLE = re.compile("[\x00\ufffd\ud800-\udfff]")


def page_of(pdf: Any, index: int) -> Any:
    """A page, from 0; raises `BadPdfError`."""
    from pypdfium2 import PdfiumError

    try:
        return pdf[index]
    except PdfiumError:
        raise BadPdfError("broken_page", f"page {index + 1} cannot be opened") from None


def text_of(page: Any) -> str:
    """The text layer: lines end in LF, words parted at the end of a line are joined.

    NUL and halves of surrogate pairs stand for a glyph that has no letter, and become U+FFFD.
    """
    layer = page.get_textpage()
    try:
        text = layer.get_text_bounded(errors="replace")
    finally:
        layer.close()
    return _UNREADABLE.sub("\ufffd", _HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def drawn_on(page: Any) -> tuple[float, bool]:
    """The share of the page that pictures cover, at most 1 (where two lie over another both count), and whether
    there is anything on it at all.
    """
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    width, height = page.get_size()
    left, bottom, right, top = page.get_bbox()
    covered, drawn = 0.0, False
    for thing in page.get_objects():
        drawn = True
        if thing.type == FPDF_PAGEOBJ_IMAGE:
            x0, y0, x1, y1 = thing.get_bounds()
            covered += max(min(x1, right) - max(x0, left), 0) * max(min(y1, top) - max(y0, bottom), 0)
    return min(covered / max(width * height, 1), 1.0), drawn


def picture_of(page: Any, dpi: int) -> tuple[np.ndarray, int]:
    """The page in grey, shape (rows, columns), uint8, 255 is white, and its dots per inch: fewer for a huge page."""
    width, height = page.get_size()
    most = sqrt(MOST_PIXELS / max(width * height, 1)) * _POINTS_PER_INCH
    dpi = max(min(dpi, int(most)), 1)
    bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
    try:
        return bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy(), dpi
    finally:
        bitmap.close()
