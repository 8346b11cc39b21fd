"""What stays of the documents that passed: no twin of another, no question of a benchmark; with counts of tokens."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.token_counts import TokenCounts
from builders.base import Kept, Stage
from builders.deduplication import kept
from schemas.contamination import Overlap
from schemas.corpora import CorpusDocument


@dataclass(frozen=True)
class Corpus(Stage):
    """CorpusDocument rows of a source; others are rejected as `exact_duplicate`, `near_duplicate` or `contaminated`."""

    source: str
    counts: TokenCounts = field(default_factory=TokenCounts)

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Raise where the tokenizer is missing."""
        self.counts.check()

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: ScrubbedDocument rows, and the Overlap rows of these where questions of benchmarks are known."""
        documents, overlaps = frames[0], frames[1] if len(frames) > 1 else pl.DataFrame(Overlap.create_empty())
        twins = kept(self.source, documents["id"], needs["duplicates"])
        hit = overlaps.sort("id", "item", "kind").unique("id", keep="first", maintain_order=True)
        rows = documents.join(twins.select("id", "kept", duplicate="kind"), on="id", how="left", maintain_order="left")
        rows = rows.join(hit.select("id", "item", overlap="kind"), on="id", how="left", maintain_order="left")
        reason = (
            pl.when(pl.col("item").is_not_null())
            .then(pl.lit("contaminated"))
            .when(pl.col("kept").is_not_null())
            .then(pl.concat_str(pl.col("duplicate").cast(pl.String), pl.lit("_duplicate")))
        )
        detail = pl.coalesce(pl.format("{} of {}", "overlap", "item"), pl.format("of {}", "kept"))
        out = rows.select("id", reason=reason, detail=detail).drop_nulls("reason")
        stays = documents.filter(~documents["id"].is_in(out["id"].implode()))
        return Kept(stays.with_columns(self.counts.annotate(stays["text"])).select(CorpusDocument.column_names()), out)
