"""Texts that are near to each other, directly or through others, and the documents that bear them."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl

from builders.base import Stage
from builders.settings import Share
from schemas.duplicates import KINDS, Cluster, Duplicate, Member


@dataclass(frozen=True)
class Clusters(Stage):
    """Cluster rows: connected components of the links of `similarity` or more.

    The longest text of a cluster is kept, of equally long ones that of the smallest hash: neither files nor ids decide.
    """

    similarity: Share = 0.8

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Link rows."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        links = frames[0].filter(pl.col("similarity") >= pl.lit(self.similarity, pl.Float32))
        both = [links.select("similarity", key=side, letters=f"{side}_letters") for side in ("left", "right")]
        texts = pl.concat(both).group_by("key").agg(pl.col("letters").first(), pl.col("similarity").max()).sort("key")
        keys = texts["key"].to_numpy()
        left, right = (np.searchsorted(keys, links[side].to_numpy()) for side in ("left", "right"))
        graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(len(keys), len(keys)))
        number = connected_components(graph, directed=False)[1] if len(keys) else np.empty(0, np.int32)
        grouped = texts.with_columns(number=pl.Series(number)).sort("letters", "key", descending=[True, False])
        kept = pl.col("key").first().over("number")
        return grouped.select("key", "similarity", cluster=kept, texts=pl.len().over("number").cast(pl.UInt32)).select(
            Cluster.column_names()
        )


@dataclass(frozen=True)
class Members(Stage):
    """Member rows of all documents that have others like them.

    Where two different texts share a key, the one with the greater hash is left alone.
    """

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Cluster rows, and Signature rows of each source, of the same keys."""
        clusters, *signatures = frames
        rows = pl.concat(signatures).filter(pl.col("content") == pl.col("content").min().over("key"))
        rows = rows.join(clusters, on="key", how="left", maintain_order="left")
        found = rows.filter(pl.col("cluster").is_not_null() | (pl.len().over("key") > 1))
        return found.with_columns(
            pl.col("cluster").fill_null(pl.col("key")),
            pl.col("texts").fill_null(1),
            pl.col("similarity").fill_null(1.0),
        ).select(Member.column_names())


@dataclass(frozen=True)
class Duplicates(Stage):
    """Duplicate rows, whole clusters.

    Of the documents with the text that is kept, one stays: with a licence before one without, then with a url, the
    first of these, then by a hash of its bytes; only between equal ones its source and id decide.
    """

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Member rows."""
        standing = [pl.col("key") != pl.col("cluster"), ~pl.col("licensed"), pl.col("url").is_null()]
        rows = frames[0].sort("cluster", *standing, "url", "raw", "source", "id")
        first = {f"kept{'' if name == 'id' else f'_{name}'}": pl.col(name).first().over("cluster")
                 for name in ("source", "id", "content")}  # fmt: skip
        rows = rows.with_columns(documents=pl.len().over("cluster").cast(pl.UInt32), **first)
        stays = (pl.col("source") == pl.col("kept_source")) & (pl.col("id") == pl.col("kept"))
        exact = pl.when(pl.col("key") == pl.col("cluster")).then(pl.lit("exact")).otherwise(pl.lit("near"))
        kind = pl.when(stays).then(pl.lit("kept")).otherwise(exact).cast(pl.Enum(KINDS))
        return rows.with_columns(kind=kind).select(Duplicate.column_names())
