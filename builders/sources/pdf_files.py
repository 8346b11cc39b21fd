"""PDF files, opened wherever they lie, and why one cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import SEEK_END
from typing import Any

from builders.sources.place import Place, readable
from schemas.errors import UsageError

_HEAD = 1024
"""A PDF says what it is within so many bytes."""
_PASSWORD = 4
_LARGEST_WITHOUT_PAGES = 2**20


class BadPdfError(Exception):
    """A file or page that cannot be read: `reason` in snake_case, `detail` without any of its words."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@contextmanager
def opened(place: Place, name: str) -> Iterator[Any]:
    """A pypdfium2 document, read piece by piece. Raises `BadPdfError` for a bad file, `OSError` for a bad disk."""
    from pypdfium2 import PdfDocument, PdfiumError

    path = place.full(name)
    with readable(path), place.fs.open(path, "rb") as file:
        _demand_head(file.read(_HEAD))
        watched = _Watched(file)
        try:
            pdf = PdfDocument(watched)
        except PdfiumError as error:
            watched.demand()
            raise _why(file, error.err_code) from None
        try:
            yield pdf
        finally:
            pdf.close()
            watched.demand()


def demand_library() -> None:
    """Raise `UsageError` where pypdfium2 is not installed."""
    from importlib.util import find_spec

    if find_spec("pypdfium2") is None:
        raise UsageError("pypdfium2 is not installed: pip install 'medmill[pdf]'")


def _demand_head(head: bytes) -> None:
    if not head:
        raise BadPdfError("empty_file", "the file has no bytes")
    if b"%PDF-" not in head:
        raise BadPdfError("not_pdf", "the file does not say %PDF- at its start")


def _why(file: Any, code: int | None) -> BadPdfError:
    if _opens(file):
        return BadPdfError("no_pages", "the file has no page")
    if code == _PASSWORD:
        return BadPdfError("password", "the file opens with a password only")
    return BadPdfError("broken_pdf", "the file is cut off or damaged")


def _opens(file: Any) -> bool:
    """Whether a document is sound that was refused: one without pages is, and has the error of an earlier document."""
    from pypdfium2 import raw

    if file.seek(0, SEEK_END) > _LARGEST_WITHOUT_PAGES:
        return False
    file.seek(0)
    content = file.read()
    found = raw.FPDF_LoadMemDocument64(content, len(content), None)
    if found:
        raw.FPDF_CloseDocument(found)
    return bool(found)


class _Watched:
    """A file whose failures are remembered: PDFium, which asks for its bytes, takes them for a damaged document."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.failed: BaseException | None = None
        self.seek, self.tell, self.read = file.seek, file.tell, file.read

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 after a failure, which PDFium takes for the end."""
        try:
            return self.file.readinto(buffer)
        except Exception as error:  # told by `demand`: nothing can be raised through C
            self.failed = error
            return 0

    def demand(self) -> None:
        """Raise what failed."""
        if self.failed is not None:
            raise OSError(f"reading a PDF failed: {type(self.failed).__name__}") from self.failed
