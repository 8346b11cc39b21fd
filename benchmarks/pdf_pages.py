"""Pages of PDF files: text layers and pictures of text per second on one core, and memory by the number of pages.

    python benchmarks/pdf_pages.py [--scans 6] [--pages 2000]

Every size runs in a process of its own; memory is the peak of this process and does not count Tesseract, which is
another. Pages are invented; each scan is a picture of its own, so that nothing is drawn from a cache.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import numpy as np

WORDS = ["pier", "lamp", "boat", "salt", "wind", "baker", "winter", "harbour", "keeper", "fog", "mountain", "evening"]
LINES = 45
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def text_of(page: int) -> str:
    """A full page of invented lines, another one for each number."""
    rng = np.random.default_rng(page)
    return "\n".join(" ".join(rng.choice(WORDS, 11)) for _ in range(LINES))


def scan_of(page: int, dpi: int = 200) -> BytesIO:
    """The same as a grey picture of A4."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 245)
    font = ImageFont.truetype(FONT, 11 * dpi // 72)
    ImageDraw.Draw(picture).multiline_text((dpi // 2, dpi // 2), text_of(page), 20, font, spacing=dpi // 20)
    out = BytesIO()
    picture.save(out, "PNG")
    return out


def write(path: Path, pages: int, *, scanned: bool) -> None:
    """A PDF of so many pages."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("helvetica", size=10)
    for page in range(pages):
        pdf.add_page()
        if scanned:
            pdf.image(scan_of(page), 0, 0, pdf.w, pdf.h)
        else:
            pdf.multi_cell(0, 5, text_of(page))
    pdf.output(str(path))


def read(path: Path, ocr: str, reader: str) -> None:
    """Read one file in this process, and print seconds and peak memory in MB."""
    from builders.sources.pdf_folder import PdfFolder

    languages = () if ":" in reader else ("en", "zh", "ja", "fr", "ru", "es")
    source = PdfFolder(str(path), ocr=ocr, reader=reader, languages=languages)  # pyright: ignore[reportArgumentType]
    shards = source.shards("pages")
    start = time.perf_counter()
    rows = sum(source.read("pages", shard.name).frame.height for shard in shards)
    seconds = time.perf_counter() - start
    print(rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(path: Path, ocr: str, reader: str = "tesseract") -> tuple[int, float, float]:
    """The same in a process of its own."""
    tokens = [sys.executable, __file__, "--read", str(path), ocr, reader]
    said = subprocess.run(tokens, capture_output=True, text=True, check=True).stdout.split()
    return int(said[0]), float(said[1]), float(said[2])


def main() -> None:
    """Print one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scans", type=int, default=6, help="scanned pages to read with Tesseract")
    parser.add_argument("--pages", type=int, default=2000, help="pages of the longest document")
    parser.add_argument("--read", nargs=3, metavar=("FILE", "OCR", "READER"), help="read one file and say how long")
    given = parser.parse_args()
    if given.read:
        read(Path(given.read[0]), *given.read[1:])
        return
    with tempfile.TemporaryDirectory() as folder:
        for pages in (given.pages // 10, given.pages):
            write(path := Path(folder) / f"text-{pages}.pdf", pages, scanned=False)
            runs = [measured(path, "page") for _ in range(3)]
            rate = statistics.median(rows / seconds for rows, seconds, _ in runs)
            print(f"text layer, {pages} pages: {rate:.0f} pages/s, peak {max(run[2] for run in runs):.0f} MB")
        for pages in (given.pages // 100, given.pages // 20):
            write(path := Path(folder) / f"drawn-{pages}.pdf", pages, scanned=True)
            rows, seconds, peak = measured(path, "page", "tests.annotators.ocr.own_reader:Darkness")
            print(
                f"scans drawn at 300 dpi and not read, {pages} pages: {rows / seconds:.1f} pages/s, peak {peak:.0f} MB"
            )
        write(path := Path(folder) / "scans.pdf", given.scans, scanned=True)
        rows, seconds, peak = measured(path, "page")
        print(f"scans read by Tesseract, six languages: {rows / seconds:.2f} pages/s, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
