"""Questions of benchmarks from files, folders and builds."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.sources.benchmark_questions import BenchmarkQuestions
from schemas.errors import SourceError


def read(source: BenchmarkQuestions) -> tuple[list[tuple], list[tuple]]:
    made = [source.read("questions", shard.name) for shard in source.shards("questions")]
    rows = pl.concat(one.frame for one in made)
    rejected = pl.concat(one.rejected.select("id", "reason") for one in made)
    return rows.rows(), rejected.rows()


def test_files_of_a_folder_are_read_and_blank_questions_rejected(tmp_path: Path):
    folder = tmp_path / "bench"
    (folder / "deep").mkdir(parents=True)
    lines = [{"question": "Which one?", "answer": "A"}, {"question": " ? "}, {"question": "What now?"}]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    pl.DataFrame({"question": ["Qui ?"], "x": [1]}).write_parquet(folder / "deep" / "b.parquet")
    rows, rejected = read(BenchmarkQuestions(str(folder)))
    assert rows == [
        ("bench/a.jsonl:0-62#0", "Which one?"),
        ("bench/a.jsonl:62-87#0", "What now?"),
        ("bench/deep/b.parquet:0-1#0", "Qui ?"),
    ]
    assert rejected == [("bench/a.jsonl:0-62#1", "empty_question")]


def test_several_places_and_another_column(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(f"stem,key\nAsked in {name}?,A\n")
    source = BenchmarkQuestions(f"{tmp_path}/one.csv, {tmp_path}/two.csv", question="stem")
    assert [text for _, text in read(source)[0]] == ["Asked in one?", "Asked in two?"]


@pytest.mark.parametrize(
    ("files", "told"),
    [({"a.txt": "x"}, "no table of questions here"), ({"a.jsonl": '{"stem": "x"}'}, "question")],
)
def test_what_holds_no_questions_is_told(tmp_path: Path, files: dict[str, str], told: str):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(SourceError, match=told):
        BenchmarkQuestions(str(tmp_path)).shards("questions")
