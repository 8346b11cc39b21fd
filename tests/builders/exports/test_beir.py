"""The BEIR and MTEB layout: ids that meet, and text only where it may leave."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.cli import run
from builders.exports.beir import write_beir
from qc.build import Build
from schemas.errors import UsageError
from schemas.terms import Terms


def write(good: Any, out: Path, splits: tuple[str, ...] = ("test",), anatomies: tuple[str, ...] = ()) -> None:
    write_beir(Build.open(good.folder), out, splits, anatomies)


def test_ids_of_the_three_parts_meet(good: Any, tmp_path: Path) -> None:
    write(good, tmp_path, ("test", "validation"), ("whole report", "lungs"))
    corpus, queries = pl.read_ndjson(tmp_path / "corpus.jsonl"), pl.read_ndjson(tmp_path / "queries.jsonl")
    assert set(corpus["_id"]) == set(good.read("corpus").filter(pl.col("split").is_in(["test", "validation"]))["id"])
    for split in ("test", "validation"):
        qrels = pl.read_csv(tmp_path / "qrels" / f"{split}.tsv", separator="\t")
        assert qrels.columns == ["query-id", "corpus-id", "score"]
        assert set(qrels["query-id"]) <= set(queries["_id"])
        assert set(qrels["corpus-id"]) <= set(corpus["_id"])
        assert set(qrels["score"]) <= {1, 2, 3}


def test_text_is_written_where_it_may_leave(good: Any, tmp_path: Path) -> None:
    write(good, tmp_path)
    texts = dict(good.read("corpus").select("id", "text").iter_rows())
    assert {
        row["_id"]: row["text"] for row in pl.read_ndjson(tmp_path / "corpus.jsonl").to_dicts()
    }.items() <= texts.items()


def test_ids_and_paths_stand_alone_where_text_may_not_leave(good: Any, tmp_path: Path) -> None:
    good.update(terms=asdict(Terms(text_may_leave="no")))
    write(good, tmp_path / "beir")
    for name in ("corpus.jsonl", "queries.jsonl"):
        rows = pl.read_ndjson(tmp_path / "beir" / name)
        assert rows["text"].unique().to_list() == [""]
        assert rows["path"].null_count() == 0
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "beir").rglob("*") if path.is_file())
    assert not [text for text in good.read("corpus")["text"] if text.split(". ")[0] in written]


def test_an_anatomy_that_is_not_ranked_is_refused(good: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is ranked for knee"):
        write(good, tmp_path, anatomies=("knee",))


def test_datasets_would_find_the_configs(good: Any, tmp_path: Path) -> None:
    assert run(["export", "beir", str(good.folder), "--out", str(tmp_path), "--split", "test"]) == 0
    card = (tmp_path / "README.md").read_text(encoding="utf-8").split("---")[1]
    named = [line.split(": ")[1] for line in card.splitlines() if "path: " in line or "data_files: " in line]
    assert sorted(named) == ["corpus.jsonl", "qrels/test.tsv", "queries.jsonl"]
    assert all((tmp_path / name).is_file() for name in named)
