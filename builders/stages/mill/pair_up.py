"""Which texts may be near to each other, and bringing the sketches of such texts together."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import polars as pl

from builders.base import Stage
from builders.duplicates.neighbours import pairs
from builders.duplicates.sketches import SIZE, flat, similarities
from schemas.duplicates import Candidate, Link, Offer

COMPARED: Final = 32
"""So many comparisons of its own a text has at most: with those that share most buckets with it."""


@dataclass(frozen=True)
class Candidates(Stage):
    """Candidate rows of the texts that share a bucket."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Band rows of all sources, whole buckets."""
        rows = pl.concat(frames)
        found = pairs(rows["band"].to_numpy(), rows["key"].to_numpy())
        listed = pl.DataFrame({"key": found[:, 0], "other": found[:, 1]})
        return listed.group_by("key", "other", maintain_order=True).agg(shared=pl.len().cast(pl.UInt32))


@dataclass(frozen=True)
class Suspects(Stage):
    """Suspect rows: the texts of all candidates, each once."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Candidate rows."""
        keys = np.unique(np.concatenate([frames[0]["key"].to_numpy(), frames[0]["other"].to_numpy()]))
        return pl.DataFrame({"key": keys})


@dataclass(frozen=True)
class Offers(Stage):
    """Offer rows: the sketch of every text, for each text that it is compared with."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Candidate rows, and Sketch rows of each source, of the same keys."""
        candidates, *sketches = frames
        wanted = candidates.group_by("key", "other").agg(pl.col("shared").sum())
        wanted = wanted.sort("key", "shared", "other", descending=[False, True, False])
        wanted = wanted.group_by("key", maintain_order=True).head(COMPARED)
        return (
            wanted.join(_texts(sketches), on="key")
            .select("letters", "hashes", key="other", other="key")
            .select(Offer.column_names())
        )


@dataclass(frozen=True)
class Links(Stage):
    """Link rows of all pairs that are compared."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Offer rows, and Sketch rows of each source, of the same keys."""
        offers, *sketches = frames
        texts = _texts(sketches).with_row_index("row")
        met = offers.with_row_index("row").join(texts.select("key", mine="row", own="letters"), on="key",
                                                maintain_order="left")  # fmt: skip
        rows = met.select(pl.col("row", "mine").cast(pl.Int64)).to_numpy()
        found = similarities(*flat(offers["hashes"]), *flat(texts["hashes"]), rows, SIZE)
        linked = met.select(left="key", right="other", similarity=pl.Series(found), left_letters="own",
                            right_letters="letters")  # fmt: skip
        return linked.select(Link.column_names())


def _texts(sketches: list[pl.DataFrame]) -> pl.DataFrame:
    """Every text once, whichever sources hold it."""
    return pl.concat(sketches).unique("key", keep="first", maintain_order=True).sort("key")
