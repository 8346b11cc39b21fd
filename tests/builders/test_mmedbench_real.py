"""`mmedbench` on the real files of four exams: counts beside the published table, and runs whose score is known."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from builders.api import build
from builders.cli import run
from qc.build import Build
from qc.checks.published_counts import PublishedCounts

pytestmark = pytest.mark.real
FOLDERS = {"igakuqa": "igakuqa", "frenchmedmcqa": "frenchmedmcqa", "rumeddanet": "rumedbench", "headqa": "headqa"}


@pytest.fixture(scope="module")
def dataset(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mmedbench") / "build"
    sources = {name: str(samples / "exams" / folder) for name, folder in FOLDERS.items()}
    build("mmedbench", sources=sources, out=out, workers=0)
    return out


def rows(dataset: Path, split: str = "*") -> pl.DataFrame:
    return pl.read_parquet(dataset / "exam_questions" / f"{split}-*.parquet")


def test_counts_are_those_of_the_published_table_but_for_what_is_listed(dataset: Path) -> None:
    outcome = PublishedCounts().conclude(Build.open(dataset), {})
    assert outcome.verdict == "pass" and "8 of 8 counts agree" in outcome.summary
    counts = pl.read_parquet(dataset / "exam_counts" / "*.parquet")
    left = counts.filter(pl.col("published").is_not_null()).select(
        pl.col("in_test", "duplicates", "near_duplicates").sum()
    )
    assert sum(left.row(0)) == 20
    kept = {(source, split): n for source, split, n in counts.select("source", "split", "kept").iter_rows()}
    assert (kept["igakuqa", "train"], kept["igakuqa", "test"]) == (1589, 199)
    assert (kept["headqa", "train"], kept["headqa", "test"]) == (2651, 2741)
    listed = pl.concat([pl.read_parquet(dataset / "rejected" / f"sorted.{name}" / "*.parquet") for name in FOLDERS])
    assert listed.height == 20 and listed["detail"].str.starts_with("repeats ").all()


def test_no_question_of_test_is_in_train(dataset: Path) -> None:
    parts = {split: rows(dataset, split) for split in ("train", "test")}
    texts = pl.concat_str(
        pl.col("context").fill_null(""), "question",
        pl.col("options").list.eval(pl.element().struct.field("text")).list.sort().list.join("|"),
    )  # fmt: skip
    words = {split: set(part.select(t=texts.str.to_lowercase().str.replace_all(r"\W+", " "))["t"])
             for split, part in parts.items()}  # fmt: skip
    assert not words["train"] & words["test"]
    assert not set(parts["train"]["context"].drop_nulls()) & set(parts["test"]["context"].drop_nulls())
    assert int(rows(dataset)["needs_image"].sum()) == 607


def evaluated(capsys: pytest.CaptureFixture[str], dataset: Path, path: Path, *told: str) -> dict[str, Any]:
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), "--run", str(path), "--json", *told]) == 0
    return {line["language"]: line for line in json.loads(capsys.readouterr().out)["lines"]}


def test_gold_is_all_right_and_chance_is_chance(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = rows(dataset, "test")
    gold = test.select("id", output=pl.format("So the answer is {}.", pl.col("answer").list.join(" and ")))
    gold.write_ndjson(tmp_path / "gold.jsonl")
    found = evaluated(capsys, dataset, tmp_path / "gold.jsonl")
    assert {line["accuracy"]["value"] for line in found.values()} == {1.0} and found["mean"]["unparsed"] == 0
    published = evaluated(capsys, dataset, tmp_path / "gold.jsonl", "--as-published")
    assert published["mean"]["accuracy"]["value"] == 0, "another form than theirs is wrong"
    chance = np.random.default_rng(0)
    guess = [options[int(chance.integers(len(options)))]["letter"] for options in test["options"].to_list()]
    test.select("id", output=pl.Series(guess)).write_csv(tmp_path / "chance.csv")
    found = evaluated(capsys, dataset, tmp_path / "chance.csv")
    for language, line in found.items():
        if language != "mean":
            own = test.filter(language=language)
            expected = (1 / own["options"].list.len() * ~own["multiple_answers"]).mean()
            assert line["accuracy"]["low"] - 0.02 < expected < line["accuracy"]["high"] + 0.02, language


def test_words_of_the_right_options_are_read_as_their_letters(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Full texts of options, as some models answer; twins among the options cannot be told apart."""
    test = rows(dataset, "test").filter(~pl.col("multiple_answers"))
    said = [next(one["text"] for one in options if one["letter"] == answer[0])
            for options, answer in test.select("options", "answer").iter_rows()]  # fmt: skip
    test.select("id", output=pl.Series(said)).write_ndjson(tmp_path / "words.jsonl")
    assert run(["evaluate", "mmedbench", "--dataset", str(dataset), "--run", str(tmp_path / "words.jsonl"), "--json",
                "--out", str(tmp_path / "read.parquet")]) == 0  # fmt: skip
    capsys.readouterr()
    read = pl.read_parquet(tmp_path / "read.parquet").filter(~pl.col("missing"))
    assert read.filter("right").height > 0.97 * read.height, read.filter(~pl.col("right"))["id"].to_list()[:20]
