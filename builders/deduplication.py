"""The tables that find documents which repeat others, over all sources at once; and how to read what they found."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from builders.base import Collect, Group, Source, Table
from builders.duplicates.minhash import Shingling
from builders.settings import AtLeastOne, NotNegative, Share
from builders.stages.mill.cluster import Clusters, Duplicates, Members
from builders.stages.mill.pair_up import Candidates, Crowds, Glances, Links, Offers, Suspects
from builders.stages.mill.sign import Bucket, Sign
from builders.stages.mill.sketch import Sketch
from schemas.duplicates import Band, Candidate, Cluster, Duplicate, Glance, Link, Member, Offer, Signature, Suspect
from schemas.duplicates import Sketch as SketchRow

_BYTES_PER_BUCKET = 128_000_000
_FEWEST, _MOST = 4, 1024
_MOST_ROWS = 50_000_000
"""Documents of one text, or texts of one bucket, that a partition may hold: 40 bytes each."""


@dataclass(frozen=True)
class DedupOptions:
    """Settings of deduplication.

    `similarity`: Jaccard similarity of the shingles from which two texts are near copies. `bands` x `rows`: MinHash
    values that find such pairs. `words`, `characters`: words per shingle, and characters in scripts without blanks.
    `buckets`: parts that texts are spread over; 0: by the bytes of the sources.
    """

    similarity: Share = 0.8
    bands: AtLeastOne = 20
    rows: AtLeastOne = 6
    words: AtLeastOne = 5
    characters: AtLeastOne = 7
    buckets: NotNegative = 0


def dedup_tables(sources: Mapping[str, Source], options: DedupOptions) -> list[Table]:
    """From `passed.NAME` of every source to one table `duplicates`."""
    buckets = options.buckets or buckets_for(sources)
    shingling = Shingling(options.words, options.characters)
    made = [table for name in sources for table in _signed(name, shingling, options)]
    return [
        *made,
        *_compared(tuple(sources), shingling, buckets, options),
        *_gathered(tuple(sources), buckets, options),
    ]


def buckets_for(sources: Mapping[str, Source], each: int = _BYTES_PER_BUCKET) -> int:
    """A power of two that grows with the bytes of the sources: one bucket for `each` so many, from 4 to 1024."""
    size = sum(shard.bytes for source in sources.values() for table in source.tables for shard in source.shards(table))
    wanted = max(_FEWEST, min(_MOST, -(-size // each)))
    return 1 << (wanted - 1).bit_length()


def _signed(name: str, shingling: Shingling, options: DedupOptions) -> list[Table]:
    sign = Sign(name, shingling, options.bands * options.rows)
    return [
        Table(f"signatures.{name}", Signature, sign, (f"passed.{name}",), publish=False),
        Table(f"bands.{name}", Band, Bucket(options.bands, options.rows), (f"signatures.{name}",), publish=False),
    ]


def _compared(names: tuple[str, ...], shingling: Shingling, buckets: int, options: DedupOptions) -> list[Table]:
    """Texts that share a bucket, compared by their shingles."""
    by_key, by_band = Group(("key",), buckets, _MOST_ROWS), Group(("band",), buckets, _MOST_ROWS)
    bands, signatures, sketches = (
        tuple(f"{kind}.{name}" for name in names) for kind in ("bands", "signatures", "sketches")
    )
    candidates = Candidates(options.bands * options.rows, options.similarity)
    offers = Offers(by_key.buckets, options.bands * options.rows, options.similarity)
    return [
        Table("crowds", Band, Crowds(), bands, shape=by_band, publish=False, input_id="key"),
        Table("glances", Glance, Glances(), ("crowds", *signatures), shape=by_key, publish=False, input_id="key"),
        Table("candidates", Candidate, candidates, ("glances",), shape=by_band, publish=False, input_id="key"),
        Table("suspects", Suspect, Suspects(), ("candidates",), shape=Collect(("key", "other")), publish=False,
              input_id="key"),
        *(Table(f"sketches.{name}", SketchRow, Sketch(shingling), (f"passed.{name}", f"signatures.{name}"),
                needs={"suspects": "suspects"}, publish=False) for name in names),
        Table("offers", Offer, offers, ("candidates", *sketches), shape=by_key, publish=False, input_id="key"),
        Table("links", Link, Links(), ("offers", *sketches), shape=by_key, publish=False, input_id="key"),
    ]  # fmt: skip


def _gathered(names: tuple[str, ...], buckets: int, options: DedupOptions) -> list[Table]:
    """Which documents are one, and which of them stays."""
    signatures = tuple(f"signatures.{name}" for name in names)
    by_key, by_cluster = Group(("key",), buckets, _MOST_ROWS), Group(("cluster",), buckets, _MOST_ROWS)
    return [
        Table("clusters", Cluster, Clusters(options.similarity), ("links",), shape=Collect(), publish=False,
              input_id="left"),
        Table("members", Member, Members(), ("clusters", *signatures), shape=by_key, publish=False, input_id="key"),
        Table("duplicates", Duplicate, Duplicates(), ("members",), shape=by_cluster, split=None),
    ]  # fmt: skip


def kept(source: str, ids: pl.Series, folder: Path) -> pl.DataFrame:
    """Duplicate rows of those documents of a source that repeat another one; all others stay.

    `folder` is that of the finished table `duplicates`. Its files are in the order of source and id, and only the
    parts of them that may hold an id between the first and the last of `ids` are read.
    """
    asked = ids.alias("id").to_frame().lazy().unique("id")
    between = pl.col("id").is_between(pl.lit(ids.min()), pl.lit(ids.max()))
    rows = pl.scan_parquet(folder / "*.parquet").filter(pl.col("source") == source, between, pl.col("kind") != "kept")
    return rows.join(asked, on="id", how="semi").collect(engine="streaming").sort("id")
