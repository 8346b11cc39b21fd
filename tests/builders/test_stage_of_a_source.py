"""A table with a source and a stage: only what the stage makes is kept, and every row read is accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import polars as pl
import pytest

from builders.base import Kept, Recipe, Stage, Table
from builders.run import Orders, make
from schemas.errors import MedmillError
from schemas.manifest import Manifest, StageRecord
from schemas.terms import OPEN
from tests.builders.mill import Item, Items, Polish


@dataclass(frozen=True)
class Chipped(Items):
    """Items of which the first of every shard is broken."""

    name: ClassVar[str] = "items"
    tables: ClassVar[Mapping[str, Any]] = {"items": Item}

    def read(self, table: str, shard: str) -> Kept:  # pyright: ignore[reportIncompatibleMethodOverride]
        rows = super().read(table, shard)
        broken = rows.head(1).select("id", reason=pl.lit("broken"), detail=pl.lit("in two"))
        return Kept(rows.tail(-1), broken)


@dataclass(frozen=True)
class Lose(Stage):
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0].tail(-1)


def build(out: Path, stage: Stage, source: Items) -> Manifest:
    tables = [Table("items", Item, stage, source="items"), Table("kept", Item, Polish(), ("items",))]
    return make(Recipe("items", {"items": source}, tables, OPEN), out, Orders(workers=0))


def items_of(manifest: Manifest) -> StageRecord:
    return next(stage for stage in manifest.stages if stage.table == "items")


def test_rows_rejected_by_either_are_counted_together(tmp_path: Path) -> None:
    made = items_of(build(tmp_path, Polish(least=50), Chipped()))
    assert (made.shape, made.partitions, made.ids_in) == ("source", 5, 60)
    assert made.rejected["broken"] == 5
    assert made.rejected["too_light"] > 10
    assert made.ids_passed == made.rows_out == 60 - sum(made.rejected.values())
    assert (pl.read_parquet(tmp_path / "items" / "*.parquet")["weight"] >= 50).all()
    assert set(pl.read_parquet(tmp_path / "rejected" / "items" / "*.parquet")["stage"]) == {"items"}


def test_it_is_made_again_for_another_setting_or_another_source_and_only_then(tmp_path: Path) -> None:
    def made_bytes(stage: Stage, source: Items) -> str:
        return items_of(build(tmp_path, stage, source)).fingerprint

    first = made_bytes(Polish(least=50), Items())
    assert first == made_bytes(Polish(least=50), Items())
    assert len({first, made_bytes(Polish(least=51), Items()), made_bytes(Polish(least=50), Items(count=48))}) == 3


def test_a_record_that_the_stage_fails_on_is_rejected(tmp_path: Path) -> None:
    assert items_of(build(tmp_path, Polish(raises_on="7$"), Items())).rejected == {"raised": 6}


def test_a_stage_that_loses_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MedmillError, match="stage Lose neither passed nor rejected the ids i00000"):
        build(tmp_path, Lose(), Items())
