"""What tells of a document whether others are like it: hashes of its words, and the buckets it falls into."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from builders.base import Stage
from builders.duplicates.minhash import Shingling, Signed, banded, signed
from builders.settings import AtLeastOne
from schemas.duplicates import Signature


@dataclass(frozen=True)
class Sign(Stage):
    """Signature rows with so many MinHash `values`."""

    source: str
    shingling: Shingling = field(default_factory=Shingling)
    values: AtLeastOne = 120

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Document rows, of which `id`, `text`, `url` and `licence` are read."""
        rows = frames[0]
        found = signed(rows["text"], self.shingling, self.values)
        signatures = rows.select(
            "id",
            "url",
            source=pl.lit(self.source),
            content=_digits(found),
            key=pl.Series(found.content[:, 0]),
            letters=pl.Series(found.letters),
            licensed=pl.col("licence").is_not_null(),
            raw=pl.Series(found.raw),
            values=pl.Series(found.values, dtype=pl.Array(pl.UInt16, self.values)).cast(pl.List(pl.UInt16)),
        )
        none = pl.lit([], pl.List(pl.UInt16))
        values = pl.when(pl.lit(pl.Series(found.comparable))).then("values").otherwise(none)
        return signatures.with_columns(values=values).select(Signature.column_names())

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Hashes are not compressed."""
        return rows, rows * (100 + 2 * self.values)


def _digits(found: Signed) -> pl.Series:
    """The two halves of each hash as 32 hexadecimal digits."""
    digits = found.content.astype(">u8").tobytes().hex()
    return pl.Series([digits[at : at + 32] for at in range(0, len(digits), 32)], dtype=pl.String)


@dataclass(frozen=True)
class Bucket(Stage):
    """Band rows: every different text of a partition in each of its buckets.

    Texts of similarity s share one of `bands` buckets of `rows` values with probability 1 - (1 - s^rows)^bands.
    """

    bands: AtLeastOne = 20
    rows: AtLeastOne = 6

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Signature rows."""
        texts = frames[0].filter(pl.col("values").list.len() > 0).unique("key", keep="first", maintain_order=True)
        found = banded(table_of(texts["values"], self.bands * self.rows), self.rows)
        keys = np.repeat(texts["key"].to_numpy(), self.bands)
        return pl.DataFrame({"band": found.ravel(), "key": keys}, schema={"band": pl.UInt64, "key": pl.UInt64})

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Two hashes a bucket."""
        return rows * self.bands, rows * self.bands * 16


def table_of(lists: pl.Series, size: int) -> NDArray[np.uint16]:
    """MinHash values of texts, shape (texts, size)."""
    return lists.explode(keep_nulls=False, empty_as_null=False).to_numpy().reshape(-1, size)
