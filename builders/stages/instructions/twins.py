"""Instances that repeat or contradict others, and those that stand in two splits by their words or their document."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Stage
from schemas.instructions import InstanceFate

_TASK = ["task", "input_key"]


@dataclass(frozen=True)
class Twins(Stage):
    """InstanceFate rows of instances of equal input; those of test are never left out.

    `in_test`: the words of the input stand in test, of any task. `duplicate`: input and outputs are those of an
    earlier instance of its task, by id; `elsewhere`: of one of another task. `conflict`: its task answers the same
    input otherwise too.
    """

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: InstanceKey rows, all those of an input together."""
        rows = pl.concat(frames).sort("input_key", "id")
        rows = rows.filter(pl.len().over("input_key") > 1)
        test, id_ = pl.col("split") == "test", pl.col("id")
        rows = rows.with_columns(
            in_test=id_.filter(test).first().over("input_key"),
            duplicate=id_.first().over(*_TASK, "output_key", "split"),
            elsewhere=id_.first().over("input_key", "output_key", "split"),
            other=pl.col("output_key").n_unique().over(_TASK),
            first=id_.first().over(_TASK),
            last=id_.last().over(_TASK),
        )
        open_ = rows.filter(pl.col("split") != "test")
        same = pl.col("duplicate") != id_
        told = {
            "in_test": pl.col("in_test").is_not_null(),
            "duplicate": same,
            "elsewhere": (pl.col("elsewhere") != id_) & ~same,
            "conflict": pl.col("other") > 1,
        }
        other = pl.when(pl.col("first") != id_).then("first").otherwise("last")
        found = [
            open_.filter(where).select("id", fate=pl.lit(fate), of=other if fate == "conflict" else pl.col(fate))
            for fate, where in told.items()
        ]
        return _fates(pl.concat(found))


@dataclass(frozen=True)
class SharedDocuments(Stage):
    """InstanceFate rows (`document_in_test`) of instances whose article, patient or exam stands in test too."""

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: InstanceKey rows, all those of a document together."""
        rows = pl.concat(frames).sort("document_key", "id")
        tested = pl.col("id").filter(pl.col("split") == "test").first().over("document_key")
        rows = rows.with_columns(of=tested).filter(pl.col("split") != "test", pl.col("of").is_not_null())
        return _fates(rows.select("id", "of", fate=pl.lit("document_in_test")))


def _fates(rows: pl.DataFrame) -> pl.DataFrame:
    kinds = {name: column.dtype for name, column in InstanceFate.columns().items()}
    return rows.select(pl.col(name).cast(kind) for name, kind in kinds.items()).sort("id", "fate")
