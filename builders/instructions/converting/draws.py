"""What is drawn for the rows of a task: by hashes of seed, task and id, so that no order of rows has a say in it."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import polars as pl

from builders.instructions.rows import DOCUMENT, ID, LICENCE, SPLIT
from builders.stages.hashing import fraction, hex_digest

TOGETHER: Final = (SPLIT, LICENCE)
"""What two rows must share to lend each other words: no text of the test split gets into the training set by a draw,
and none of a closed licence into an instance of an open one."""
ROW: Final = "__row"
OTHER: Final = "__other"
NTH: Final = "__nth"


@dataclass(frozen=True)
class Draw:
    """Draws of one task; `what` parts one draw of it from another."""

    seed: str
    task: str

    def digests(self, ids: pl.Series, what: str) -> pl.Series:
        """Sixteen hexadecimal digits for each id, to sort by."""
        return hex_digest(ids, seed=self._key(what))

    def fractions(self, ids: pl.Series, what: str) -> pl.Series:
        """A number in [0, 1) for each id."""
        return fraction(ids, seed=self._key(what))

    def _key(self, what: str) -> str:
        """Seed, task and what as one key."""
        return blake2b("\0".join((self.seed, self.task, what)).encode(), digest_size=32).hexdigest()

    def others(
        self, rows: pl.DataFrame, able: pl.Series, what: str, count: int, asked: pl.Series | None = None
    ) -> pl.DataFrame:
        """For each row up to `count` rows of as many other documents: columns `ROW`, `NTH` from 0, `OTHER`.

        `able` says which rows may be drawn, `asked` for which (all if missing). Rows are told by their places. Fewer
        come out where there are not enough other documents of the same split and licence in the frame.
        """
        keyed = rows.select(*TOGETHER, DOCUMENT, ID, __digest=self.digests(rows[ID], what)).with_row_index(ROW)
        pool = _pool(keyed.filter(able))
        sizes = pool.group_by(TOGETHER, maintain_order=True).agg(__size=pl.len())
        wanted = keyed if asked is None else keyed.filter(asked)
        wanted = wanted.with_columns(__start=self.fractions(wanted[ID], f"{what}, start"))
        wanted = wanted.join(sizes, on=TOGETHER, nulls_equal=True, maintain_order="left")
        steps = pl.int_ranges(pl.min_horizontal(pl.lit(count + 1, pl.UInt32), "__size"), dtype=pl.UInt32)
        long = wanted.with_columns(__step=steps).explode("__step")
        first = (pl.col("__start") * pl.col("__size")).floor().cast(pl.UInt32)
        place = (first + pl.col("__step")) % pl.col("__size")
        met = long.with_columns(__place=place).join(
            pool, on=[*TOGETHER, "__place"], nulls_equal=True, maintain_order="left"
        )
        met = met.filter(pl.col(DOCUMENT) != pl.col("__document_of_other"))
        nth = pl.int_range(pl.len(), dtype=pl.UInt32).over(ROW)
        return met.select(ROW, OTHER, nth.alias(NTH)).filter(pl.col(NTH) < count).sort(ROW, NTH)


def _pool(keyed: pl.DataFrame) -> pl.DataFrame:
    """One row of each document, numbered in the order of their hashes among those that may stand together."""
    ones = keyed.sort("__digest", ID).unique([*TOGETHER, DOCUMENT], keep="first", maintain_order=True)
    place = pl.int_range(pl.len(), dtype=pl.UInt32).over(TOGETHER)
    return ones.select(*TOGETHER, pl.col(ROW).alias(OTHER), place.alias("__place"), __document_of_other=DOCUMENT)
