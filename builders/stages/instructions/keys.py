"""What of instances is compared with others, as hashes of their words."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.token_counts import TokenCounts
from builders.base import Stage
from builders.stages.hashing import number
from schemas.instructions import InstanceKey

DRAWS = "draw"
"""Behind the seed of draws."""


@dataclass(frozen=True)
class Keys(Stage):
    """InstanceKey rows of Instance rows; `counts` measures them in tokens, without a tokenizer in characters."""

    seed: str = "medmill"
    counts: TokenCounts = field(default_factory=TokenCounts)

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Raise where the tokenizer is missing."""
        self.counts.check()

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows."""
        rows = frames[0]
        outputs = rows["outputs"].list.join("\x1f")
        return rows.select(
            "id",
            "task",
            "split",
            input_key=number(plain(rows["input"])),
            output_key=number(plain(outputs)),
            document_key=number(rows["document"]),
            draw=draws(rows["id"], self.seed),
            size=self._sizes(rows),
        ).select(InstanceKey.column_names())

    def _sizes(self, rows: pl.DataFrame) -> pl.Series:
        first = rows["outputs"].list.first()
        if self.counts.tokenizer:
            return self.counts.annotate(rows["input"]) + self.counts.annotate(first)
        return (rows["input"].str.len_chars() + first.str.len_chars()).cast(pl.Int64)


def plain(texts: pl.Series) -> pl.Series:
    """Letters and digits in lower case, one blank between words: what makes two texts say the same."""
    return texts.str.to_lowercase().str.replace_all(r"[^\pL\pM\pN\x1f]+", " ").str.strip_chars(" ")


def draws(ids: pl.Series, seed: str) -> pl.Series:
    """The draw of each instance."""
    return number(ids, seed=f"{seed} {DRAWS}")
