"""Which sentences repeat another, over all splits and sources: one of each group is kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Kept, Stage
from builders.stages.hashing import hex_digest
from qc.minhash import groups, plain_words, signatures
from schemas.ner import SentenceKey


@dataclass(frozen=True)
class Repeats(Stage):
    """SentenceKey rows. Sentences of equal words are one but for numbers and masks; so are those whose word triples
    overlap by 0.8 (`qc.minhash`).

    Which of a group is kept is up to a hash of its id: neither files nor their order decide.
    """

    seed: str = "medmill"

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Sentence rows, of which `id` and `text` are read."""
        rows = frames[0].select("id", "text")
        rows = rows.with_columns(words=plain_words(rows["text"]), turn=hex_digest(rows["id"], seed=self.seed)).sort(
            "turn", "id"
        )
        distinct = rows.unique("words", keep="first", maintain_order=True).select("words")
        distinct = distinct.with_columns(group=pl.Series(groups(signatures(distinct["words"]))))
        grouped = rows.join(distinct, on="words", how="left", maintain_order="left")
        kept = pl.col("id").first().over("group")
        return grouped.select("id", repeats=pl.when(kept != pl.col("id")).then(kept)).select(SentenceKey.column_names())


@dataclass(frozen=True)
class Distinct(Stage):
    """Sentence rows that repeat no other; the rest is rejected as `near_duplicate` of the one that is kept."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Sentence rows; needs `keys`."""
        keys = pl.read_parquet(needs["keys"] / "*.parquet")
        rows = frames[0].join(keys, on="id", how="left", maintain_order="left")
        rejected = rows.filter(pl.col("repeats").is_not_null()).select(
            "id", reason=pl.lit("near_duplicate"), detail=pl.lit("repeats ") + pl.col("repeats")
        )
        return Kept(rows.filter(pl.col("repeats").is_null()).drop("repeats"), rejected)
