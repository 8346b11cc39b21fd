"""The mill's side of `mill_vs_datatrove.py` and `mill_memory.py`: IN OUT STEPS WORKERS."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from annotators.medical_text.filters import scores
from builders.api import resolve
from builders.base import Kept, Recipe, Stage, Table
from builders.deduplication import DedupOptions, dedup_tables, kept
from builders.run import Orders, make
from builders.sources.web_jsonl import WebJsonl
from builders.stages.mill.medical import Medical
from builders.stages.mill.score import Score
from schemas.corpora import LANGUAGES, Document, DocumentScores, MedicalDocument
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


@dataclass(frozen=True)
class ScoreTold(Score):
    """The same, but the language is the declared one: no model is asked."""

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: Document rows."""
        rows = frames[0].select("id", "licence", "declared_language", "text", language="declared_language")
        measured = scores(self.filter, rows)
        found = rows.with_columns(pl.lit(1, pl.Float32).alias("language_confidence"),
                                  characters=pl.col("text").str.len_chars().cast(pl.Int64))  # fmt: skip
        found = found.join(measured, on="id", how="left", maintain_order="left")
        return found.select(DocumentScores.column_names())


def dedup_alone(folder: str) -> Recipe:
    """Read, find duplicates, drop them, publish."""
    return _deduplicated(
        folder, [], Table("passed.web-jsonl", Document, Pass(), ("documents.web-jsonl",), publish=False)
    )


def told(folder: str) -> Recipe:
    """As `core`, but the languages are told."""
    return core(folder, ScoreTold(LANGUAGES))


def core(folder: str, score: Score | None = None) -> Recipe:
    """The same, with language and medical filter before it: no quality, no personal data, no benchmarks."""
    of, scores = "documents.web-jsonl", "scores.web-jsonl"
    medical = Medical(LANGUAGES, min_confidence=0.5, threshold=0.5)
    return _deduplicated(
        folder,
        [Table(scores, DocumentScores, score or Score(LANGUAGES), (of,), split=None)],
        Table("passed.web-jsonl", MedicalDocument, medical, (of, scores), publish=False),
    )


def _deduplicated(folder: str, before: list[Table], passed: Table) -> Recipe:
    source = WebJsonl(folder, language_column="spoken")
    tables = [
        Table("documents.web-jsonl", Document, source="web-jsonl", publish=False),
        *before,
        passed,
        *dedup_tables({"web-jsonl": source}, MINHASH),
        Table("corpus.web-jsonl", passed.schema, Drop(), ("passed.web-jsonl",), needs={"duplicates": "duplicates"},
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
    recipe = {"dedup": dedup_alone, "filter": told, "whole": with_minhash}.get(steps, core)(given)
    make(recipe, out, Orders(workers=workers))
    rows = pl.scan_parquet(out / "corpus.web-jsonl" / "*.parquet").select(pl.len()).collect().item()
    print(f"{rows} documents kept")


if __name__ == "__main__":
    main()
