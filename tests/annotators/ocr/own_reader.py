"""A reader of pages from elsewhere: says how dark a picture is, and notes down each page that it was asked for."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from annotators.ocr.reader import PageRead


@dataclass(frozen=True)
class Darkness:
    """`languages`: the file it notes down in, if any."""

    languages: tuple[str, ...]
    fingerprint: str = "darkness 1"

    def check(self) -> None:
        return

    def read(self, picture: np.ndarray, dpi: int) -> PageRead:
        assert picture.dtype == np.uint8 and picture.ndim == 2
        for path in self.languages:
            with Path(path).open("a") as notes:
                notes.write("one\n")
        return PageRead(f"{int((picture < 128).sum())} dark dots at {dpi}", 0.5)


@dataclass(frozen=True)
class Broken(Darkness):
    """Fails on every page."""

    def read(self, picture: np.ndarray, dpi: int) -> PageRead:
        raise ValueError("a message that may quote somebody")
