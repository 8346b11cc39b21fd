"""Columns of lists, made of all their values in a row."""

from collections.abc import Iterable

import numpy as np
import polars as pl


def lists_of(values: pl.Series, counts: Iterable[int]) -> pl.Series:
    """The first so many values as the first list, the next as the second, and so on.

    The arrays are made by polars: `pa.array` would import pandas where it is installed, half a second a process.
    """
    import pyarrow as pa

    ends = np.concatenate([[0], np.cumsum(np.fromiter(counts, np.int64))]).astype(np.int64)
    arrays = pa.LargeListArray.from_arrays(pl.Series(ends).to_arrow(), values.to_arrow())
    return pl.Series(pl.from_arrow(arrays))
