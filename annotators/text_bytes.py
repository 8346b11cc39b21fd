"""Texts of a column as bytes in a row, which is how compiled code reads them."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray


class Texts(NamedTuple):
    """UTF-8: text t is `data[start[t] : start[t + 1]]`."""

    data: NDArray[np.uint8]
    start: NDArray[np.int64]


def texts_of(column: pl.Series) -> Texts:
    """The texts of a column of strings; null is an empty text."""
    arrow = column.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = arrow.buffers()
    start = np.frombuffer(offsets, np.int64)[arrow.offset : arrow.offset + len(arrow) + 1]
    return Texts(np.frombuffer(data or b"", np.uint8), start)
