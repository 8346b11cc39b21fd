"""A small dataset of invented measurements with every shape in it, for tests of the engine."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import dataframely as dy
import numpy as np
import polars as pl

from builders.base import Blocks, Collect, Files, Group, Kept, Map, Recipe, Shard, Source, Stage, Table
from builders.files import keep_file
from schemas.columns import tag
from schemas.terms import OPEN, Terms
from schemas.words import SPLITS


class Item(dy.Schema):
    id = dy.String(primary_key=True, metadata=tag("id"))
    kind = dy.String(metadata=tag("label"))
    split = dy.Enum(SPLITS, metadata=tag("label"))
    weight = dy.Int64(min=0, metadata=tag("score", "g"), description="How heavy.")


class Mark(dy.Schema):
    item = dy.String(primary_key=True)
    mark = dy.String(primary_key=True)


class Word(dy.Schema):
    word = dy.String(primary_key=True)
    index = dy.Int32()


class Weighed(dy.Schema):
    id = dy.String(primary_key=True)
    split = dy.Enum(SPLITS)
    marks = dy.Int64()
    word = dy.Int32()


class Near(dy.Schema):
    item = dy.String(primary_key=True, metadata=tag("id"))
    other = dy.String(primary_key=True, metadata=tag("id"))
    kind = dy.String()
    split = dy.Enum(SPLITS)
    distance = dy.Int64()


class Drawing(dy.Schema):
    id = dy.String(primary_key=True)
    path = dy.String(metadata=tag("file"))
    bytes = dy.Int64()
    sha256 = dy.String()


@dataclass(frozen=True)
class Items(Source):
    """`count` items in shards of `per_shard`; `location` may be a folder with files `<shard>.txt` of weights to add."""

    location: str = ""
    count: int = 60
    per_shard: int = 12
    marked: bool = True

    name: ClassVar[str] = "items"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"items": Item, "marks": Mark}

    def shards(self, table: str) -> Sequence[Shard]:
        if table == "marks" and not self.marked:
            return []
        starts = range(0, self.count, self.per_shard)
        return [Shard(f"from-{start:05d}", f"{self._more(start)}") for start in starts]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        start = int(shard.removeprefix("from-"))
        numbers = range(start, min(start + self.per_shard, self.count))
        if table == "marks":
            marks = [(f"i{number:05d}", f"m{mark}") for number in numbers for mark in range(number % 3)]
            return pl.DataFrame(marks, schema={"item": pl.String, "mark": pl.String}, orient="row")
        return pl.DataFrame(
            {
                "id": [f"i{number:05d}" for number in numbers],
                "kind": [("stone", "leaf", "shell")[number % 7 % 3] for number in numbers],
                "split": [SPLITS[0 if number % 5 < 3 else number % 5 - 2] for number in numbers],
                "weight": [number * 37 % 101 + self._more(start) for number in numbers],
            }
        )

    def _more(self, start: int) -> int:
        path = Path(self.location) / f"from-{start:05d}.txt"
        return int(path.read_text()) if self.location and path.exists() else 0


@dataclass(frozen=True)
class Polish(Stage):
    """Items that are heavy enough; `raises_on` fails, `naps` makes it slow."""

    least: int = 0
    raises_on: str = ""
    naps: float = 0.0

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        (items,) = frames
        time.sleep(self.naps)
        if self.raises_on and items["id"].str.contains(self.raises_on).any():
            raise ValueError("a message that may quote somebody")
        light = items.filter(pl.col("weight") < self.least)
        rejected = light.select("id", reason=pl.lit("too_light"), detail=pl.lit("it would blow away"))
        return Kept(items.filter(pl.col("weight") >= self.least), rejected)


@dataclass(frozen=True)
class Keys(Stage):
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0].select(word="kind").unique("word", maintain_order=True).with_columns(index=pl.lit(0))


@dataclass(frozen=True)
class Words(Stage):
    """All kinds with an index, and an array beside them."""

    naps: float = 0.0

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        time.sleep(self.naps)
        words = frames[0]["kind"].unique().sort()
        np.save(needs["folder"] / "lengths.npy", words.str.len_chars().to_numpy())
        return pl.DataFrame({"word": words, "index": pl.Series(range(len(words)), dtype=pl.Int32)})


@dataclass(frozen=True)
class ItemKeys(Stage):
    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0].select(item="id", mark=pl.col("split").cast(pl.String) + "/" + pl.col("kind"))


@dataclass(frozen=True)
class Weigh(Stage):
    """One row per item with the number of its marks and the index of its kind."""

    naps: float = 0.0

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        time.sleep(self.naps)
        keys, marks = frames
        lengths = np.load(needs["words"] / "lengths.npy", mmap_mode="r")
        words = pl.read_parquet(needs["words"] / "*.parquet").with_columns(length=pl.Series(lengths))
        counted = marks.group_by("item", maintain_order=True).len("marks")
        split, kind = pl.col("mark").str.split("/").list.get(0), pl.col("mark").str.split("/").list.get(1)
        joined = keys.join(counted, on="item", how="left", maintain_order="left").with_columns(split=split, kind=kind)
        joined = joined.join(words, left_on="kind", right_on="word", how="left", maintain_order="left")
        return joined.select(
            id="item",
            split=pl.col("split").cast(pl.Enum(SPLITS)),
            marks=pl.col("marks").fill_null(0).cast(pl.Int64),
            word="index",
        )


@dataclass(frozen=True)
class Distances(Stage):
    """Distances in weight between all items of two blocks."""

    naps: float = 0.0

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
        left, right = frames
        time.sleep(self.naps)
        both = left.join(right, how="cross", suffix="_right", maintain_order="left_right")
        both = both.filter(pl.col("id") != pl.col("id_right"))
        both = both.with_columns(distance=(pl.col("weight") - pl.col("weight_right")).abs())
        mine = both.select("kind", "split", "distance", item="id", other="id_right")
        yours = both.select("kind", "split", "distance", item="id_right", other="id")
        return mine, yours.clear() if left is right else yours


@dataclass(frozen=True)
class Nearest(Stage):
    """The nearest `most` others of every item."""

    most: int = 3

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        ordered = frames[0].sort("item", "distance", "other")
        return ordered.group_by("item", maintain_order=True).head(self.most).select(list(Near.columns()))


@dataclass(frozen=True)
class Draw(Stage):
    """A small file per item."""

    naps: float = 0.0

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        time.sleep(self.naps)
        rows = [
            {"id": item, **keep_file(needs["folder"], f"{item}.txt", lambda path, w=weight: path.write_text("*" * w))}
            for item, weight in frames[0].select("id", "weight").iter_rows()
        ]
        return pl.DataFrame(rows, schema={"id": pl.String, "path": pl.String, "bytes": pl.Int64, "sha256": pl.String})


@dataclass(frozen=True)
class Options:
    """Settings of the recipe."""

    least: int = 0
    raises_on: str = ""
    most: int = 3
    rows: int = 9
    naps: float = 0.0
    source: Items = field(default_factory=Items)


def mill(**settings: Any) -> Recipe:
    """Items, polished, with their marks, the words for them, their nearest others, and a drawing of each."""
    options = Options(**settings)
    naps = options.naps
    tables = [
        Table("items", Item, source="items", publish=False),
        Table("marks", Mark, source="items", split=None, input_id="item"),
        Table("polished", Item, Polish(options.least, options.raises_on, naps), ("items",)),
        Table("keys", Mark, ItemKeys(), ("polished",), publish=False, shape=Map(of="item")),
        Table("words", Word, Words(naps), ("polished",), shape=Collect(columns=("kind",)), split=None),
        Table(
            "weighed",
            Weighed,
            Weigh(naps),
            ("keys", "marks"),
            shape=Group(("item",), 4, of="id"),
            needs={"words": "words"},
            input_id="item",
        ),
        Table(
            "nearest",
            Near,
            Distances(naps),
            ("polished",),
            shape=Blocks(("split", "kind"), options.rows, Nearest(options.most)),
        ),
        Table("drawings", Drawing, Draw(naps), ("polished",), shape=Files("drawings"), split=None),
    ]
    return Recipe("mill", {"items": options.source}, tables, OPEN)
