"""What tells of a document whether others are like it: hashes of its words, and its MinHash bands."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from builders.duplicates.minhash import Shingling, Signed, signed
from builders.settings import AtLeastOne
from schemas.duplicates import Band, Signature


@dataclass(frozen=True)
class Sign(Stage):
    """Signature rows. Of `bands` x `rows` MinHash values, 20 x 6 find 99.8 % of the pairs of similarity 0.8."""

    source: str
    shingling: Shingling = Shingling()
    bands: AtLeastOne = 20
    rows: AtLeastOne = 6

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Document rows, of which `id`, `text`, `url` and `licence` are read."""
        rows = frames[0]
        found = signed(rows["text"], self.shingling, self.bands, self.rows)
        signatures = rows.select(
            "id",
            "url",
            source=pl.lit(self.source),
            content=_digits(found),
            key=pl.Series(found.content[:, 0]),
            letters=pl.Series(found.letters),
            licensed=pl.col("licence").is_not_null(),
            raw=pl.Series(found.raw),
            bands=pl.Series(found.bands, dtype=pl.Array(pl.UInt64, self.bands)).cast(pl.List(pl.UInt64)),
        )
        none = pl.lit([], pl.List(pl.UInt64))
        comparable = pl.lit(pl.Series(found.comparable))
        return signatures.with_columns(bands=pl.when(comparable).then("bands").otherwise(none)).select(
            Signature.column_names()
        )

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """Hashes are not compressed."""
        return rows, rows * (100 + 8 * self.bands)


def _digits(found: Signed) -> pl.Series:
    """The two halves of each hash as 32 hexadecimal digits."""
    digits = found.content.astype(">u8").tobytes().hex()
    return pl.Series([digits[at : at + 32] for at in range(0, len(digits), 32)], dtype=pl.String)


@dataclass(frozen=True)
class Bucket(Stage):
    """Band rows: every different text of a partition in each of its buckets."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Signature rows."""
        texts = frames[0].select("key", band="bands").unique("key", keep="first", maintain_order=True)
        rows = texts.explode("band", empty_as_null=False, keep_nulls=False)
        return rows.select(Band.column_names())

    def expected(self, rows: int, size: int) -> tuple[int, int]:
        """About twenty buckets each."""
        return rows * 20, rows * 320
