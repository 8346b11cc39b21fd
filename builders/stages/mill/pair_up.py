"""Which texts may be near to each other, and bringing the sketches of such texts together."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import polars as pl

from builders.base import Stage
from builders.bucket import bucket_of
from builders.duplicates.neighbours import least_equal, pairs, surely_equal
from builders.duplicates.places import among, foremost, placed
from builders.duplicates.sketches import SIZE, flat, similarities
from builders.settings import AtLeastOne, Share
from builders.stages.mill.sign import table_of
from schemas.duplicates import Candidate, Link, Offer

ALIKE: Final = 48
DRAWN: Final = 16
"""Pairs of its own that a text is compared in at most: the most alike by MinHash, and others that are drawn."""

DOUBTFUL: Final = 192
"""The most alike of a text that is surely near to none of them: in a crowd of pages of 0.7, hundreds share as many
values as a pair of 0.8. Their sketches together are no longer than those of `ALIKE` texts of any length."""


@dataclass(frozen=True)
class Crowds(Stage):
    """Band rows of the buckets that hold more than one text."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Band rows of all sources, whole buckets."""
        rows = pl.concat(frames).sort("band", "key").unique(["band", "key"], keep="first", maintain_order=True)
        same = pl.col("band").eq_missing(pl.col("band").shift(1))
        return rows.filter(same | pl.col("band").eq_missing(pl.col("band").shift(-1)))


@dataclass(frozen=True)
class Glances(Stage):
    """Glance rows: what is known of the texts of every crowded bucket."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Band rows, and Signature rows of each source, of the same keys."""
        bands, *signatures = frames
        texts = pl.concat([rows.select("key", "values") for rows in signatures])
        return bands.join(texts.unique("key", keep="first", maintain_order=True), on="key", maintain_order="left")


@dataclass(frozen=True)
class Candidates(Stage):
    """Candidate rows of the texts of a bucket that seem to have a similarity of at least `similarity`.

    Those that no text could be compared in are left out: in a crowd that is more than half of them.
    """

    values: AtLeastOne = 120
    similarity: Share = 0.8

    version: ClassVar[int] = 2
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Glance rows, whole buckets."""
        (rows,) = frames
        values = table_of(rows["values"], self.values)
        least = least_equal(self.values, self.similarity)
        listed = Candidate.create_empty()
        for found, equal in pairs(rows["band"].to_numpy(), rows["key"].to_numpy(), values, least):
            more = pl.DataFrame({"key": found[:, 0], "other": found[:, 1], "equal": equal})
            listed = foremost(pl.concat([listed, more]).unique(["key", "other"]), DOUBTFUL, DRAWN)
        return listed.sort("key", "other")


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
    """Offer rows: the pairs that are compared, and the sketch of every text, once for each bucket that wants it.

    Brought to each pair, the sketches of 37,000 pages of one site were 30 times as long as the pages. `buckets`:
    those of the shape of `links`; by another number of them, links would be missing.
    """

    buckets: AtLeastOne
    values: AtLeastOne = 120
    similarity: Share = 0.8

    version: ClassVar[int] = 2
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Candidate rows, and Sketch rows of each source, of the same keys."""
        candidates, *sketches = frames
        candidates, texts = candidates.unique(["key", "other"], keep="first", maintain_order=True), _texts(sketches)
        met = candidates.join(texts.select("key", size=pl.col("hashes").list.len()), on="key", maintain_order="left")
        wanted = _chosen(met, surely_equal(self.values, self.similarity)).select("key", "other")
        place = bucket_of([pl.col("other").alias("key")], self.buckets)
        first = pl.struct("key", place.alias("place")).is_first_distinct()
        offers = wanted.with_columns(sends=pl.when(first).then("key")).join(
            texts, how="left", left_on="sends", right_on="key", maintain_order="left"
        )
        return offers.select("letters", "hashes", key="other", other="key").select(Offer.column_names())


def _chosen(candidates: pl.DataFrame, sure: int) -> pl.DataFrame:
    """So many of each text's own pairs: the most alike, and others as a hash of both has it.

    `candidates`: with the `size` of the text's sketch. `sure`: values that two texts share that are near beyond doubt.
    """
    room = (ALIKE * SIZE // pl.col("size")).clip(ALIKE, DOUBTFUL)
    alike = pl.when(pl.col("equal").max().over("key") < sure).then(room).otherwise(ALIKE)
    return placed(candidates).filter(among(alike, DRAWN))


@dataclass(frozen=True)
class Links(Stage):
    """Link rows of all pairs that are compared."""

    version: ClassVar[int] = 2
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Offer rows, and Sketch rows of each source, of the same keys."""
        offers, *sketches = frames
        own = _texts(sketches).with_row_index("mine")
        sent = offers.drop("key").drop_nulls("hashes").with_row_index("theirs")
        met = (
            offers.select("key", "other")
            .join(own.select("key", "mine", own="letters"), on="key", maintain_order="left")
            .join(sent.drop("hashes"), on="other", maintain_order="left")
        )
        rows = met.select(pl.col("theirs", "mine").cast(pl.Int64)).to_numpy()
        found = similarities(*flat(sent["hashes"]), *flat(own["hashes"]), rows, SIZE)
        linked = met.select(left="key", right="other", similarity=pl.Series(found), left_letters="own",
                            right_letters="letters")  # fmt: skip
        return linked.select(Link.column_names())


def _texts(sketches: list[pl.DataFrame]) -> pl.DataFrame:
    """Every text once, whichever sources hold it."""
    return pl.concat(sketches).unique("key", keep="first", maintain_order=True).sort("key")
