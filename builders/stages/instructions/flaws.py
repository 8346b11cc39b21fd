"""What is wrong with an instance by itself: cut off, in another language, too long, with data of persons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import polars as pl

from annotators.languages import Languages
from annotators.personal_data.scrub import Scrub as Scrubber
from builders.base import Stage
from schemas.corpora import PII_KINDS
from schemas.instructions import InstanceFlaw, SizeLimit

_LETTERS: Final = 80
"""Of an output, from which on its language can be told; lists of names have none that counts."""
_SURE: Final = 0.8
"""Confidence of the language model from which on a language is another one."""
_CUT: Final = r"(?:\.\.\.|…|[,;(\[]|[\pL]-)\s*$"
"""An output that ends so goes on somewhere else."""
_MARKS: Final = {"needs_image": "asks about a picture", "struck": "its examiners took it out of the score"}
"""Of `schemas.instructions.UNANSWERABLE`."""
_FAR: Final = 8.0
"""Robust standard deviations of the logarithm of the size, from which on an instance is an outlier."""
_LEAST: Final = 20
"""Instances of a task from which on a size can be called unusual."""


@dataclass(frozen=True)
class Flaws(Stage):
    """InstanceFlaw rows. `languages`: of the output of each task, `es/ca` for two. Needs `limits` (SizeLimit).

    `empty_output`: no letter or digit. `truncated`: it ends in an ellipsis, a comma or an open bracket.
    `wrong_language`: an output of 80 letters or more is clearly of another language. `too_long`: larger than 8 robust
    deviations above what is usual in the task. `personal_data`: an address, a number or a key of a person.
    `needs_image`, `struck`: what the reading of an examination knows of a question.
    """

    languages: Mapping[str, str]
    model: Languages = field(default_factory=Languages)
    scrubber: Scrubber = field(default_factory=Scrubber)

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def check(self) -> None:
        """Raise where a library or a model is missing."""
        self.scrubber.check()
        _ = self.model.fingerprint

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Instance rows, and the InstanceKey rows of these."""
        rows = frames[0].select("id", "task", "input", said=pl.col("outputs").list.first())
        declared = pl.DataFrame({"task": list(self.languages), "declared": list(self.languages.values())})
        rows = rows.join(declared, on="task", how="left", maintain_order="left")
        found = [self._empty(rows), self._cut(rows), self._strange(rows), self._personal(rows)]
        found.append(_long(frames[1], pl.read_parquet(needs["limits"] / "*.parquet")))
        found += [_marked(frames[0], mark, told) for mark, told in _MARKS.items()]
        kinds = {name: column.dtype for name, column in InstanceFlaw.columns().items()}
        return pl.concat(part.select(pl.col(name).cast(kind) for name, kind in kinds.items()) for part in found)

    def _empty(self, rows: pl.DataFrame) -> pl.DataFrame:
        return _told(rows.filter(~pl.col("said").str.contains(r"[\pL\pN]")), "empty_output", pl.lit(""))

    def _cut(self, rows: pl.DataFrame) -> pl.DataFrame:
        return _told(rows.filter(pl.col("said").str.contains(_CUT)), "truncated", pl.col("said").str.tail(1))

    def _strange(self, rows: pl.DataFrame) -> pl.DataFrame:
        long = rows.filter(pl.col("said").str.count_matches(r"\pL") >= _LETTERS)
        long = long.hstack(self.model.annotate(long["said"]))
        known = pl.col("declared").str.split("/").list.contains(pl.col("language"))
        other = long.filter(~known & (pl.col("language_confidence") >= _SURE))
        return _told(other, "wrong_language", pl.col("language"))

    def _personal(self, rows: pl.DataFrame) -> pl.DataFrame:
        texts = rows.select(pl.concat_str("input", "said", separator="\n")).to_series()
        _, counts = self.scrubber.annotate(texts, rows["declared"].str.split("/").list.first())
        some = [pl.when(pl.col(kind) > 0).then(pl.lit(kind)) for kind in PII_KINDS]
        kinds = counts.select(kinds=pl.concat_list(some).list.drop_nulls().list.join(", "))
        return _told(rows.hstack(kinds).filter(pl.col("kinds") != ""), "personal_data", pl.col("kinds"))


@dataclass(frozen=True)
class Limits(Stage):
    """SizeLimit rows of each task, over all of its instances."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: task and size of InstanceKey rows of each corpus."""
        rows = []
        for frame in frames:
            for (task,), own in frame.select("task", "size").group_by("task", maintain_order=True):
                size = np.log1p(own["size"].to_numpy())
                middle = float(np.median(size))
                spread = 1.4826 * float(np.median(np.abs(size - middle)))
                limit = float(np.expm1(middle + _FAR * max(spread, 0.1))) if len(size) >= _LEAST else None
                rows.append((task, len(size), float(np.expm1(middle)), limit))
        kinds = {name: column.dtype for name, column in SizeLimit.columns().items()}
        return pl.DataFrame(rows, kinds, orient="row").sort("task")


def _long(keys: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    rows = keys.join(limits.select("task", "limit"), on="task", how="inner", maintain_order="left")
    return _told(rows.filter(pl.col("size") > pl.col("limit")), "too_long", pl.col("size").cast(pl.String))


def _marked(rows: pl.DataFrame, mark: str, told: str) -> pl.DataFrame:
    return _told(rows.filter(pl.col("unanswerable").list.contains(mark)), mark, pl.lit(told))


def _told(rows: pl.DataFrame, flaw: str, detail: pl.Expr) -> pl.DataFrame:
    return rows.select("id", "task", flaw=pl.lit(flaw), detail=detail)
