"""A small mill for tests of deduplication: invented documents in several sources, files and shards."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from builders.base import Recipe, Shard, Source, Stage, Table
from builders.deduplication import DedupOptions, dedup_tables
from schemas.corpora import Document
from schemas.terms import OPEN, Terms


@dataclass(frozen=True)
class Shelf(Source):
    """A folder of JSON lines files: `id`, `text`, and `url` and `licence` where a document has them."""

    location: str

    name: ClassVar[str] = "shelf"
    terms: ClassVar[Terms] = OPEN
    tables: ClassVar[Mapping[str, Any]] = {"documents": Document}

    def shards(self, table: str) -> Sequence[Shard]:
        paths = sorted(Path(self.location).glob("*.jsonl"))
        return [Shard(path.name, sha256(path.read_bytes()).hexdigest(), bytes=path.stat().st_size) for path in paths]

    def read(self, table: str, shard: str) -> pl.DataFrame:
        lines = (Path(self.location) / shard).read_text(encoding="utf-8").splitlines()
        rows = [{"file": shard, **json.loads(line)} for line in lines]
        return pl.DataFrame(rows, schema=Document.create_empty().schema)


@dataclass(frozen=True)
class Pass(Stage):
    """All documents pass."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        return frames[0]


def deduplicating(shelves: Mapping[str, Path], options: DedupOptions | None = None) -> Recipe:
    """The recipe that finds duplicates in folders, each a source of its own name."""
    sources = {name: Shelf(str(path)) for name, path in shelves.items()}
    tables = []
    for name in sources:
        tables += [
            Table(f"documents.{name}", Document, source=name, publish=False),
            Table(f"passed.{name}", Document, Pass(), (f"documents.{name}",), publish=False),
        ]
    return Recipe("planted", sources, [*tables, *dedup_tables(sources, options or DedupOptions())], OPEN)


def put(folder: Path, file: str, texts: Sequence[str], **columns: Sequence[Any]) -> None:
    """Write documents of one file; ids say where they stand."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"id": f"{file}#{at}", "text": text, **{name: values[at] for name, values in columns.items()}}
        for at, text in enumerate(texts)
    ]
    (folder / file).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def spread(
    root: Path, texts: Sequence[str], seed: int, shelves: int = 2, files: int = 3
) -> tuple[dict[str, Path], dict[tuple[str, str], int]]:
    """Texts dealt out to several sources and files in some order; where each one lies, by source and id."""
    draw, dealt = Random(seed), defaultdict[tuple[str, str], list[int]](list)
    for number in draw.sample(range(len(texts)), len(texts)):
        dealt[f"shelf-{draw.randrange(shelves)}", f"f{seed}-{draw.randrange(files)}.jsonl"].append(number)
    for (shelf, file), numbers in dealt.items():
        put(root / shelf, file, [texts[number] for number in numbers])
    places = {(shelf, f"{file}#{at}"): number
              for (shelf, file), numbers in dealt.items() for at, number in enumerate(numbers)}  # fmt: skip
    return {shelf: root / shelf for shelf in sorted({shelf for shelf, _ in dealt})}, places


def found_clusters(duplicates: pl.DataFrame, places: Mapping[tuple[str, str], int]) -> NDArray[np.int32]:
    """Number of the cluster of each text; a text without copies is alone in its own."""
    number = np.arange(len(places), dtype=np.int32)
    for source, id_, kept_source, kept in duplicates.select("source", "id", "kept_source", "kept").iter_rows():
        number[places[source, id_]] = places[kept_source, kept]
    return number
