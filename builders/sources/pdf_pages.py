"""One page of an opened PDF: its text layer, what is drawn on it, and a picture of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt
from typing import Any

import numpy as np

from builders.sources.pdf_files import BadPdfError

MOST_PIXELS = 40_000_000
"""Of a picture: A3 at 400 dpi; a larger page is drawn with fewer dots."""
LONGEST_SIDE = 30_000
"""In pixels; Tesseract takes no more than 32,767."""
_POINTS_PER_INCH = 72
_HYPHEN = re.compile("\x02|\ufffe")
"""What PDFium puts for a hyphen at the end of a line, whose break it drops."""
_UNREADABLE = re.compile("[\x00\ufffd\ud800-\udfff]")


@contextmanager
def opened_page(pdf: Any, index: int) -> Iterator[Any]:
    """A page, from 0; whatever PDFium cannot do with it is raised as `BadPdfError`."""
    from pypdfium2 import PdfiumError

    try:
        page = pdf[index]
        try:
            yield page
        finally:
            page.close()
    except PdfiumError:
        raise BadPdfError("broken_page", f"page {index + 1} cannot be read") from None


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
    """The share of the page that pictures cover, at most 1, and whether there is anything on it at all.

    Strips of one scan add up. A picture within a form of the page counts as large as the form.
    """
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    left, bottom, right, top = page.get_bbox()
    boxes: dict[int, tuple[float, float, float, float]] = {}
    outermost, seen = None, 0
    for thing in page.get_objects():
        if thing.level == 0:
            outermost, seen = thing, seen + 1
        if thing.type == FPDF_PAGEOBJ_IMAGE and outermost is not None:
            boxes[seen] = outermost.get_bounds()
    covered = sum(
        max(min(x1, right) - max(x0, left), 0) * max(min(y1, top) - max(y0, bottom), 0)
        for x0, y0, x1, y1 in boxes.values()
    )
    return min(covered / max((right - left) * (top - bottom), 1), 1.0), seen > 0


def picture_of(page: Any, dpi: int) -> tuple[np.ndarray, int]:
    """The page in grey, shape (rows, columns), uint8, 255 is white, and its dots per inch: fewer for a huge page."""
    width, height = (max(side, 1) for side in page.get_size())
    scale = min(dpi / _POINTS_PER_INCH, sqrt(MOST_PIXELS / (width * height)), LONGEST_SIDE / max(width, height))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy(), round(scale * _POINTS_PER_INCH)
    finally:
        bitmap.close()
