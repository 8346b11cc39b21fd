"""One call of the program tesseract: the words of a picture, or how it lies."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from annotators.ocr.reader import PageRead, PageUnreadError
from annotators.ocr.scripts import same_script
from annotators.ocr.words import page_of

_LONGEST = 600
"""Seconds that a call may take."""


class Look(NamedTuple):
    """The script of a page, empty where Tesseract cannot tell, and by how many degrees it must be turned clockwise."""

    script: str
    clockwise: int


def words_of(picture: np.ndarray, packs: Sequence[str], dpi: int) -> PageRead:
    """What is written; raises `PageUnreadError`."""
    with _called() as pytesseract:
        table = pytesseract.image_to_data(
            _image(picture), "+".join(packs), config=f"--psm 3 --dpi {_told(dpi)}", timeout=_LONGEST
        )
    return page_of(table)


def look_at(picture: np.ndarray, dpi: int) -> Look:
    """How a page lies; too few letters to tell are no error."""
    try:
        with _called() as pytesseract:
            said = pytesseract.image_to_osd(
                _image(picture), config=f"--psm 0 --dpi {_told(dpi)}", output_type="dict", timeout=_LONGEST
            )
    except PageUnreadError:
        return Look("", 0)
    return Look(same_script(str(said["script"])), int(said["rotate"]) % 360)


def _told(dpi: int) -> int:
    """Tesseract takes fewer than 70 for a mistake."""
    return max(dpi, 70)


def _image(picture: np.ndarray) -> Any:
    from PIL import Image

    return Image.fromarray(picture)


@contextmanager
def _called() -> Iterator[Any]:
    """pytesseract, held to one thread: Tesseract starts four of OpenMP otherwise, whatever OMP_NUM_THREADS says."""
    import pytesseract

    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield pytesseract
    except pytesseract.TesseractError as error:
        raise PageUnreadError(f"tesseract ended with status {error.status}") from None
    except RuntimeError:
        raise PageUnreadError(f"tesseract took more than {_LONGEST} s") from None
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before
