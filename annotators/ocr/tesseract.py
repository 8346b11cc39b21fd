"""Tesseract through pytesseract: one process of one thread per page."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from annotators.ocr.installed import installed
from annotators.ocr.reader import PageRead, PageUnreadError
from annotators.ocr.words import page_of
from schemas.errors import UsageError

PACKS: Final[Mapping[str, str]] = {
    "en": "eng", "zh": "chi_sim", "ja": "jpn", "fr": "fra", "ru": "rus", "es": "spa", "de": "deu", "it": "ita",
    "pt": "por", "ko": "kor", "ar": "ara",
}  # fmt: skip
"""ISO 639-1 to the names of Tesseract's packs; any other word is taken for the name of a pack (`chi_tra`)."""
_LONGEST = 600
"""Seconds that a page may take."""


@dataclass(frozen=True)
class Tesseract:
    """`languages`: ISO 639-1 or names of Tesseract's packs; all of them are tried on every word."""

    languages: tuple[str, ...] = ("en",)

    @property
    def packs(self) -> tuple[str, ...]:
        """Names of the packs, each once, in the order given."""
        return tuple(dict.fromkeys(PACKS.get(language, language) for language in self.languages))

    @property
    def fingerprint(self) -> str:
        """Version of the program, and of each pack its hash."""
        self.check()
        here = installed()
        return f"tesseract {here.version} " + " ".join(f"{pack}={here.hash_of(pack)}" for pack in self.packs)

    def check(self) -> None:
        """Raise `UsageError` where the program or a pack is missing."""
        if not self.packs:
            raise UsageError("languages: name at least one, as in languages=en,fr")
        if missing := [pack for pack in self.packs if pack not in installed().packs]:
            names = " ".join(f"tesseract-ocr-{pack.lower().replace('_', '-')}" for pack in missing)
            raise UsageError(
                f"tesseract has no language pack {', '.join(missing)}; it has {', '.join(sorted(installed().packs))}. "
                f"Install {names} (apt), or put {missing[0]}.traineddata into {installed().folder or 'its tessdata'}"
            )

    def read(self, picture: np.ndarray, dpi: int) -> PageRead:
        """Words in Tesseract's order of blocks."""
        from PIL import Image

        pytesseract = _pytesseract()
        try:
            with _one_thread():
                told = pytesseract.image_to_data(
                    Image.fromarray(picture), "+".join(self.packs), config=f"--dpi {dpi}", timeout=_LONGEST
                )
        except pytesseract.TesseractError as error:
            raise PageUnreadError(f"tesseract ended with status {error.status}") from None
        except RuntimeError:
            raise PageUnreadError(f"tesseract took more than {_LONGEST} s") from None
        return page_of(told)


def _pytesseract() -> Any:
    import pytesseract

    return pytesseract


@contextmanager
def _one_thread() -> Iterator[None]:
    """Tesseract starts four threads of OpenMP otherwise, whatever OMP_NUM_THREADS says, and is slower by it."""
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before
