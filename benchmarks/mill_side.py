"""The mill's side of `mill_vs_datatrove.py` and `mill_memory.py`: IN OUT all|filter|dedup WORKERS."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from builders.api import resolve
from builders.base import Kept, Recipe, Stage, Table
from builders.deduplication import DedupOptions, dedup_tables, kept
from builders.run import Orders, make
from builders.sources.web_jsonl import WebJsonl
from schemas.corpora import Document
from schemas.terms import OPEN

MINHASH = DedupOptions(bands=14, rows=8, characters=5)


@dataclass(frozen=True)
class Pass(Stage):
    """All documents."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Document rows."""
        return frames[0]


@dataclass(frozen=True)
class Drop(Stage):
    """Documents that repeat no other."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Document rows; needs `duplicates`."""
        gone = kept("web-jsonl", frames[0]["id"], needs["duplicates"])
        stays = frames[0].join(gone, on="id", how="anti", maintain_order="left")
        return Kept(stays, gone.select("id", reason=pl.lit("duplicate"), detail=pl.col("kept")))


def dedup_alone(folder: str) -> Recipe:
    """Read, find duplicates, drop them, publish."""
    source = WebJsonl(folder)
    tables = [
        Table("documents.web-jsonl", Document, source="web-jsonl", publish=False),
        Table("passed.web-jsonl", Document, Pass(), ("documents.web-jsonl",), publish=False),
        *dedup_tables({"web-jsonl": source}, MINHASH),
        Table("corpus.web-jsonl", Document, Drop(), ("passed.web-jsonl",), needs={"duplicates": "duplicates"},
              split=None),
    ]  # fmt: skip
    return Recipe("dedup", {"web-jsonl": source}, tables, OPEN)


def with_minhash(folder: str) -> Recipe:
    """The recipe mmedc, but for the size of MinHash."""
    recipe, _ = resolve("mmedc", {"web-jsonl": folder}, {})
    others = {table.name: table for table in dedup_tables(recipe.sources, MINHASH)}
    return replace(recipe, tables=[others.get(table.name, table) for table in recipe.tables])


def main() -> None:
    given, out, steps, workers = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if steps == "dedup":
        make(dedup_alone(given), out, Orders(workers=workers))
    else:
        make(with_minhash(given), out, Orders(workers=workers))
    rows = pl.scan_parquet(out / "corpus.web-jsonl" / "*.parquet").select(pl.len()).collect().item()
    print(f"{rows} documents kept")


if __name__ == "__main__":
    main()
