"""Who can read the picture of a page: the contract, and what comes back."""

from typing import NamedTuple, Protocol

import numpy as np


class PageRead(NamedTuple):
    """The words of one page in reading order, and the mean confidence of all words, 0 to 1; None without any word."""

    text: str
    confidence: float | None


class PageUnreadError(Exception):
    """This one picture could not be read; the message says why and holds no word of it."""


class PageReader(Protocol):
    """Reads pictures one by one. A frozen dataclass whose fields are its settings, made as `Kind(languages=(...))`.

    The same picture gives the same answer, or the table of pages is not what its fingerprint says.
    """

    @property
    def fingerprint(self) -> str:
        """Engine, version, hashes of models: what settings do not say and answers depend on."""
        ...

    def check(self) -> None:
        """Raise `MedmillError` in one line where it cannot run here: program, package or language missing."""
        ...

    def read(self, picture: np.ndarray, dpi: int) -> PageRead:
        """Read a picture of shape (rows, columns), uint8, 255 is white; `dpi`: its pixels per inch.

        Raises `PageUnreadError` for a picture that cannot be read.
        """
        ...
