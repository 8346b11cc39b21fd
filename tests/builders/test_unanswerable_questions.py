"""Questions of examinations that need a picture, or were struck: left out of set and benchmark, unless asked for."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from builders.api import build
from builders.cli import run
from qc.build import Build
from qc.checks.instruction_flaws import InstructionFlaws
from tests.builders.instruction_corpora import CHOICE, corpus, task
from tests.builders.sources import exam_copies

_MARKS = {n: (["needs_image"] if n % 4 == 0 else []) + (["struck"] if n % 3 == 0 else []) for n in range(1, 81)}


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighty questions, each a document of its own, of which every fourth has a picture and every third was struck."""
    folder = tmp_path_factory.mktemp("exam")
    rows = [
        exam_copies.igakuqa_row(n, text_only="needs_image" not in marks, points="0" if "struck" in marks else "1")
        for n, marks in _MARKS.items()
    ]
    exam_copies.write_lines(folder / "files" / "data" / "2018" / "112-A.jsonl", rows)
    choice = task("own-choice", "multiple-choice", CHOICE, category="MCQA", metric="accuracy", split="nine-to-one",
                  bench="MCQA")  # fmt: skip
    told = corpus("own-exam", {"source": "igakuqa"}, choice, layout="exam-source", splits="none")
    (folder / "own.toml").write_text(told, encoding="utf-8")
    return folder


def _built(dataset: str, exam: Path, out: Path, **settings: str) -> Path:
    told = {"own": str(exam / "own.toml"), "tasks": "own-choice", **settings}
    build(dataset, sources={"own-exam": str(exam / "files")}, out=out, settings=told, workers=0)
    return out


def _numbers(folder: Path, table: str) -> set[int]:
    return {int(id_.rpartition("/")[2]) for id_ in pl.read_parquet(folder / table / "*.parquet")["id"]}


def _rejected(folder: Path, table: str) -> Mapping[int, str]:
    if not (folder / "rejected" / table).exists():
        return {}
    rows = pl.read_parquet(folder / "rejected" / table / "*.parquet")
    return {int(id_.rpartition("/")[2]): reason for id_, reason in rows.select("id", "reason").iter_rows()}


@pytest.fixture(scope="module")
def bench(exam: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built("meds-bench", exam, tmp_path_factory.mktemp("made") / "bench")


def test_a_question_without_its_picture_or_without_points_is_no_item(bench: Path) -> None:
    items, out = _numbers(bench, "items"), _rejected(bench, "asked.own-exam")
    assert items and out and not items & set(out)
    assert not any(_MARKS[n] for n in items)
    assert all(reason in _MARKS[n] for n, reason in out.items())
    shown = pl.read_parquet(bench / "items" / "*.parquet").select(pl.col("examples").list.len().min()).item()
    assert shown == 3
    asked = {example["input"] for row in pl.read_parquet(bench / "items" / "*.parquet")["examples"] for example in row}
    marked = [exam_copies.stem("ja", n) for n, marks in _MARKS.items() if marks]
    assert not any(text.startswith(stem) for text in asked for stem in marked)


def test_what_is_rejected_of_the_benchmark_and_what_stays_are_all_of_its_test(
    exam: Path, bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A build may keep them; who scores by it is told how many answers are guesses."""
    whole = _built("meds-bench", exam, tmp_path / "whole", leaves_out="none")
    assert _numbers(whole, "items") == _numbers(bench, "items") | set(_rejected(bench, "asked.own-exam"))
    rows = pl.read_parquet(whole / "items" / "*.parquet").select("id", "unanswerable").rows()
    assert {int(id_.rpartition("/")[2]): marks for id_, marks in rows} == {
        n: _MARKS[n] for n in _numbers(whole, "items")
    }
    assert run(["evaluate", "meds-bench", "--dataset", str(whole), "--baseline", "gold"]) == 0
    marked = sum(bool(_MARKS[n]) for n in _numbers(whole, "items"))
    told = f"{marked} of {len(rows)} items need a picture or were struck"
    assert told in capsys.readouterr().out
    assert run(["evaluate", "meds-bench", "--dataset", str(bench), "--baseline", "gold"]) == 0
    assert "need a picture" not in capsys.readouterr().out


def test_one_of_the_two_reasons_may_be_asked_for_alone(exam: Path, tmp_path: Path) -> None:
    made = _built("meds-bench", exam, tmp_path / "struck", leaves_out="struck")
    assert not any("struck" in _MARKS[n] for n in _numbers(made, "items"))
    assert any("needs_image" in _MARKS[n] for n in _numbers(made, "items"))
    assert set(_rejected(made, "asked.own-exam").values()) == {"struck"}


def test_the_set_is_trained_on_none_of_them_and_says_how_many_there_are(
    exam: Path, bench: Path, tmp_path: Path
) -> None:
    made = _built("meds-ins", exam, tmp_path / "ins")
    chats, out = _numbers(made, "chats"), _rejected(made, "drawable.own-exam")
    assert set(out.values()) == {"needs_image", "struck"}
    assert chats == {n for n, marks in _MARKS.items() if not marks} - _numbers(bench, "items")
    assert chats | set(out) | _numbers(bench, "items") | set(_rejected(bench, "asked.own-exam")) == set(_MARKS)
    said = InstructionFlaws().conclude(Build.open(made), {})
    assert said.verdict == "pass" and (said.figures["needs_image"], said.figures["struck"]) == (20, 26)


def test_the_set_keeps_them_where_it_is_told_to(exam: Path, tmp_path: Path) -> None:
    made = _built("meds-ins", exam, tmp_path / "ins", leaves_out="duplicate")
    assert any(_MARKS[n] for n in _numbers(made, "chats")) and not _rejected(made, "drawable.own-exam")


def test_a_question_is_translated_without_its_picture(tmp_path: Path) -> None:
    exam_copies.headqa(tmp_path / "files")
    for path in (tmp_path / "files" / "data" / "HEAD").iterdir():
        other = tmp_path / "files" / "data" / "HEAD_EN" / path.name.replace("_HEAD", "_HEAD_EN")
        exam_copies.write_json(
            other, json.loads(path.read_text(encoding="utf-8").replace("El paciente", "The patient"))
        )
    place = tmp_path / "files" / "data" / "HEAD"
    train = (place / "train_HEAD.json").read_text(encoding="utf-8")
    (place / "train_HEAD.json").write_text(train.replace('"image": ""', '"image": "./data/1.png"', 2), encoding="utf-8")
    command = ["build", "meds-ins", "--source", f"headqa={tmp_path / 'files'}", "--set", "tasks=22,23,129",
               "--workers", "0", "--out", str(tmp_path / "out")]  # fmt: skip
    assert run(command) in (0, 3)
    chats = pl.read_parquet(tmp_path / "out" / "chats" / "*.parquet").filter(pl.col("split") == "train")
    assert dict(chats.group_by("task").len().iter_rows()) == {"22": 4, "23": 6, "129": 4}
