"""A build whose source is the files of a corpus: what is read, rejected and told stands in its manifest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from builders.base import Kept, Map, Recipe, Stage, Table
from builders.instructions import rows
from builders.run import Orders, make
from schemas.instructions import Instance
from tests.builders.instructions.reading.own_corpora import ALL_JSONL, source, written

LINES = '{"n": 1, "question": "q", "answer": "a"}\n{"n": 1, "question": "r", "answer": "a"}\nbroken\n'


@dataclass(frozen=True)
class Plainly(Stage):
    """A row as an instance, without any task's wording."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame | Kept:
        kinds: Mapping[str, pl.DataType] = Instance.create_empty().schema
        none: Sequence[str] = ()
        said = {
            "id": pl.format("t:{}", rows.ID), "row": pl.col(rows.ID), "task": pl.lit("t"), "corpus": pl.lit("ward"),
            "document": pl.col(rows.DOCUMENT), "split": pl.coalesce(rows.SPLIT, pl.lit("train")),
            "input": pl.col("question"), "outputs": pl.concat_list("answer"), "choices": pl.lit(none),
            "gold": pl.lit(none), "unanswerable": pl.lit(none), "licence": pl.col(rows.LICENCE),
        }  # fmt: skip
        return frames[0].select(said[name].cast(kind).alias(name) for name, kind in kinds.items())


def test_a_build_reads_a_corpus_and_counts_what_it_rejects(tmp_path):
    written(tmp_path / "files" / "a.jsonl", LINES)
    made = source(tmp_path / "files", "json-lines", {**ALL_JSONL, "id": "{n}"})
    tables = [Table("instances", Instance, Plainly(), source="ward", input_id=rows.ID, shape=Map("row"))]
    recipe = Recipe("wards", {"ward": made}, tables, made.terms)
    manifest = make(recipe, tmp_path / "out", Orders(workers=0))
    assert pl.read_parquet(tmp_path / "out" / "instances" / "*.parquet")["id"].to_list() == ["t:ward/1"]
    assert manifest.stages[0].rejected == {"duplicate_id": 1, "bad_row": 1}
    assert (manifest.sources[0].kind, manifest.sources[0].people) == ("corpus-files", "ward")
