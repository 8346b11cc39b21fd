"""PDF files made for tests: pages of text, pages that are pictures of text, and files that are damaged."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

FONTS = Path("/usr/share/fonts/truetype")
ALPHABETS = FONTS / "dejavu" / "DejaVuSans.ttf"
HAN = FONTS / "wqy" / "wqy-zenhei.ttc"


@dataclass(frozen=True)
class Text:
    """A page with a text layer."""

    text: str
    size: int = 12


@dataclass(frozen=True)
class Scan:
    """A page that is a picture of text; `label` is a short text layer over it, a page number say."""

    text: str
    size: int = 12
    label: str = ""


@dataclass(frozen=True)
class Blank:
    """A page on which nothing is drawn."""


Made = Text | Scan | Blank


def pdf_of(pages: Iterable[Made], *, title: str = "", password: str = "") -> bytes:
    """A PDF with these pages on A4."""
    from fpdf import FPDF

    pdf = FPDF()
    if title:
        pdf.set_title(title)
    if password:
        pdf.set_encryption("owner", password)
    for page in pages:
        pdf.add_page()
        _draw(pdf, page)
    return bytes(pdf.output())


def _draw(pdf: Any, page: Made) -> None:
    if isinstance(page, Scan):
        pdf.image(picture(page.text, page.size), 0, 0, pdf.w, pdf.h)
    words = page.text if isinstance(page, Text) else page.label if isinstance(page, Scan) else ""
    if words:
        size = page.size if isinstance(page, Text) else 8
        pdf.set_font(_font(pdf, words), size=size)
        pdf.multi_cell(0, 0.5 * size, words)


def _font(pdf: Any, words: str) -> str:
    """A font that has these letters, read when it is first asked for: it takes a second."""
    name, path = ("han", HAN) if has_han(words) else ("alphabets", ALPHABETS)
    if name not in pdf.fonts:
        pdf.add_font(name, "", path, collection_font_number=0)
    return name


def has_han(text: str) -> bool:
    """Whether there are letters of Chinese or Japanese."""
    return any(ord(letter) > 0x2E7F and ord(letter) < 0x10000 for letter in text)


def picture(text: str, size: int = 12, dpi: int = 200) -> BytesIO:
    """A grey A4 page with text on it, as PNG; lines are broken as `text` breaks them."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 245)
    font = ImageFont.truetype(HAN if has_han(text) else ALPHABETS, size * dpi // 72)
    ImageDraw.Draw(page).multiline_text((dpi, dpi), text, fill=20, font=font, spacing=dpi // 20)
    out = BytesIO()
    page.save(out, "PNG")
    return BytesIO(out.getvalue())


def without_pages() -> bytes:
    """A sound PDF whose tree of pages is empty."""
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    return _assembled(parts)


def with_box(width: float, height: float) -> bytes:
    """One page of this size in points, with a line across it."""
    box = f"[0 0 {width} {height}]".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox " + box + b" /Contents 4 0 R >>",
        b"<< /Length 22 >>\nstream\n0 0 m 500 500 l S      \nendstream",
    ]
    return _assembled(parts)


def _assembled(parts: list[bytes]) -> bytes:
    out, at = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        at.append(len(out))
        out += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    table = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n" + "".join(f"{place:010d} 00000 n \n" for place in at)
    tail = f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + table.encode() + tail.encode()
