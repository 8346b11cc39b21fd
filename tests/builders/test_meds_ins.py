"""An instruction set and its benchmark from corpora of our own, through every part of the build."""

import json
from pathlib import Path

import polars as pl
import pytest

from builders.api import build, resolve
from builders.cli import run
from schemas.errors import UsageError
from tests.builders.instruction_corpora import ANSWER, corpus, exam, notes, task


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    exam(folder)
    notes(folder)
    return folder


def _sources(folder: Path) -> dict[str, str]:
    return {"exam": str(folder / "exam"), "ward-notes": str(folder / "notes")}


def _settings(folder: Path) -> dict[str, str]:
    return {"own": f"{folder / 'exam.toml'},{folder / 'notes.toml'}", "tasks": "exam-choice,notes-impression"}


def _command(folder: Path, dataset: str, out: Path, *more: str) -> list[str]:
    words = [word for name, place in _sources(folder).items() for word in ("--source", f"{name}={place}")]
    words += [word for name, value in _settings(folder).items() for word in ("--set", f"{name}={value}")]
    return ["build", dataset, "--out", str(out), "--workers", "0", *words, *more]


@pytest.fixture(scope="module")
def made(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "ins"
    assert run(_command(corpora, "meds-ins", out, "--set", "shots=2")) == 0
    return out


@pytest.fixture(scope="module")
def bench(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "bench"
    assert run(_command(corpora, "meds-bench", out)) == 0
    return out


def _rows(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(folder / table / "*.parquet")


def test_what_stands_in_test_is_left_out_of_training_and_said_so(made: Path):
    ids = set(_rows(made, "chats")["id"])
    assert "exam-choice:exam/train-0" in ids and not any("test" in id_ for id_ in ids)
    rejected = _rows(made / "rejected", "drawable.exam").select("id", "reason").rows()
    assert rejected == [("exam-choice:exam/train-again", "duplicate"), ("exam-choice:exam/train-leak", "in_test")]
    assert len(ids) == 60


def test_a_corpus_under_an_agreement_lies_in_a_table_of_its_own_that_no_release_takes(made: Path, tmp_path: Path):
    assert set(_rows(made, "chats_closed")["corpus"]) == {"ward-notes"}
    assert set(_rows(made, "chats")["corpus"]) == {"exam"}
    assert run(["release", str(made), "--out", str(tmp_path / "release"), "--version", "0.1.0"]) in (0, 3)
    left = [path for path in (tmp_path / "release").rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" and "chats" in str(path) for path in left)
    assert not any(b"invented person" in path.read_bytes() for path in left)
    rows = pl.concat(
        [pl.read_parquet(path) for path in left if path.match("chats-*/*.parquet") and "sample" not in path.parts]
    )
    assert set(rows["corpus"]) == {"exam"}


def test_patients_of_a_corpus_without_splits_are_on_one_side(made: Path, bench: Path):
    trained, tested = set(_rows(made, "chats_closed")["document"]), set(_rows(bench, "items_closed")["document"])
    assert trained and tested and not trained & tested
    assert len(trained) + len(tested) == 30


def test_items_of_the_benchmark_are_those_of_test_with_examples_of_train(made: Path, bench: Path):
    items = _rows(bench, "items")
    assert sorted(items["id"]) == sorted(f"exam-choice:exam/test-{n}" for n in range(20))
    assert set(items["folder"]) == {"MCQA"} and items["examples"].list.len().unique().to_list() == [3]
    asked = {example["input"].lower() for row in items["examples"] for example in row}
    assert not any("of test" in text for text in asked)
    first = items.row(0, named=True)
    assert [choice["mark"] for choice in first["choices"]] == ["A", "B", "C", "D"]
    assert first["gold"] == [first["outputs"][0][0]]


def test_any_number_of_workers_makes_the_same_bytes(corpora: Path, made: Path, tmp_path: Path):
    settings = {**_settings(corpora), "shots": "2"}
    build("meds-ins", sources=_sources(corpora), out=tmp_path / "two", settings=settings, workers=2)
    for table in ("chats", "chats_closed", "mixture"):
        names = [path.name for path in sorted((made / table).iterdir())]
        assert names == [path.name for path in sorted((tmp_path / "two" / table).iterdir())]
        assert all((made / table / n).read_bytes() == (tmp_path / "two" / table / n).read_bytes() for n in names)


def test_a_plan_shows_the_mixture_and_publishes_nothing(corpora: Path, tmp_path: Path, capsys):
    out = tmp_path / "ins"
    more = ("--set", "samples=30", "--set", "weights=MCQA=2")
    assert run(_command(corpora, "meds-ins", out, *more, "--plan")) == 0
    said = capsys.readouterr().out
    assert "mixture" in said and "exam-choice" in said and "notes-impression" in said
    assert not (out / "chats").exists()
    assert run(_command(corpora, "meds-ins", out, *more, "--quiet")) == 0
    drawn = dict(_rows(out, "mixture").select("task", "drawn").iter_rows())
    assert sum(drawn.values()) == 30
    assert all(str(count) in said for count in drawn.values())
    assert _rows(out, "chats").height + _rows(out, "chats_closed").height == 30


def test_corpora_that_are_not_given_are_named_with_how_to_get_them(corpora: Path, tmp_path: Path, capsys):
    own = ("--set", f"own={_settings(corpora)['own']}", "--set", f"tasks={_settings(corpora)['tasks']}")
    command = ["build", "meds-ins", "--source", f"exam={_sources(corpora)['exam']}", *own, "--workers", "0"]
    assert run([*command, "--out", str(tmp_path / "one"), "--no-qc"]) == 0
    skipped = [line for line in capsys.readouterr().err.splitlines() if line.startswith("skipped")]
    assert len(skipped) == 1
    assert all(word in skipped[0] for word in ("ward-notes", "notes-impression", "credentialed", "https://example.org"))
    assert run([*command, "--out", str(tmp_path / "all"), "--require", "all"]) == 2
    assert "ward-notes" in capsys.readouterr().err
    assert not (tmp_path / "all").exists()


def test_task_files_come_back_as_the_same_instances(corpora: Path, made: Path, tmp_path: Path):
    own = [word for name in ("exam", "notes") for word in ("--own", str(corpora / f"{name}.toml"))]
    assert run(["export", "task_files", str(made), "--out", str(tmp_path / "files"), *own]) == 0
    written = json.loads((tmp_path / "files" / "exam-choice_task_exam_choice.json").read_text(encoding="utf-8"))
    assert list(written)[-1] == "Instances" and len(written["Definition"]) == 3
    fields = {"text": "{input}", "output": "{output}"}
    options = {"files": {"train": "exam-choice_*.json"}}
    told = corpus("again", options, task("again-task", "generation", fields), layout="task-file", splits=["train"])
    (tmp_path / "again.toml").write_text(told, encoding="utf-8")
    build("meds-ins", sources={"again": str(tmp_path / "files")}, out=tmp_path / "again", workers=0,
          settings={"own": str(tmp_path / "again.toml"), "tasks": "again-task"})  # fmt: skip
    pair = [pl.col("messages").list.get(-2).struct.field("content").str.split("\n\n").list.last(),
            pl.col("messages").list.get(-1).struct.field("content").alias("answer")]  # fmt: skip
    before = _rows(made, "chats").select(pair).sort(pl.all())
    assert before.equals(_rows(tmp_path / "again", "chats").select(pair).sort(pl.all()))


def test_a_declared_corpus_has_no_settings(corpora: Path):
    with pytest.raises(UsageError, match="exam has no settings"):
        resolve("meds-ins", _sources(corpora), {**_settings(corpora), "exam.licence": "mit"})


def test_a_corpus_that_the_benchmark_has_no_task_of_is_told_what_to_write(corpora: Path, tmp_path: Path, capsys):
    """It was called no source, as if nothing were declared."""
    told = (corpora / "exam.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(told.replace('bench = "MCQA"', ""), encoding="utf-8")
    command = ["build", "meds-bench", "--source", f"exam={corpora / 'exam'}", "--out", str(tmp_path / "out")]
    for more in ([], ["--set", "tasks=exam-choice"]):
        assert run([*command, "--set", f"own={tmp_path / 'own.toml'}", *more]) == 2
        said = capsys.readouterr().err
        assert "meds-bench takes no source exam; " in said and 'write bench = "MCQA"' in said and "NLI" in said
    shipped = ["build", "meds-bench", "--source", f"ncbi-disease={corpora / 'exam'}", "--out", str(tmp_path / "out")]
    assert run(shipped) == 2
    assert "none of its tasks is in the benchmark; leave it out" in capsys.readouterr().err
    assert run([*command, "--set", f"own={corpora / 'exam.toml'}", "--set", "tasks=59"]) == 2
    assert "tasks=59 names none of its tasks; add one of exam-choice" in capsys.readouterr().err


def test_near_copies_are_looked_for_where_they_are_wanted(corpora: Path, tmp_path: Path, capsys):
    """Of thirty findings of the ward that differ in a word, one stays; what differs more stays."""
    words = " ".join(f"word{n}" for n in range(60))
    rows = [{"id": f"r{n}", "question": f"{words} {n}", "answer": f"{words} again"} for n in range(30)]
    rows.append({"id": "other", "question": " ".join(f"another{n}" for n in range(60)), "answer": "It differs."})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = {"files": {"train": "*.jsonl"}, "id": "{id}"}
    told = corpus("near", options, task("near-task", "question-answer", ANSWER), splits=["train"])
    (tmp_path / "near.toml").write_text(told, encoding="utf-8")
    command = ["build", "meds-ins", "--source", f"near={tmp_path / 'in'}", "--set", f"own={tmp_path / 'near.toml'}",
               "--set", "tasks=near-task", "--workers", "0", "--set", "leaves_out=near_duplicate"]  # fmt: skip
    assert run([*command, "--out", str(tmp_path / "not"), "--set", "similarity=0"]) == 2
    assert "similarity=0 no near copies" in capsys.readouterr().err
    assert run([*command, "--out", str(tmp_path / "out")]) in (0, 3)
    ids = set(_rows(tmp_path / "out", "chats")["id"])
    assert len(ids) == 2 and "near-task:near/other" in ids
    rejected = _rows(tmp_path / "out" / "rejected", "drawable.near")
    assert rejected["reason"].value_counts().rows() == [("near_duplicate", 29)]


def test_near_copies_of_test_are_figures_and_left_out_where_that_is_wanted(corpora: Path, tmp_path: Path):
    """Planted: five of train nearly say what one of test says, two of them through another."""
    words = [f"word{n}" for n in range(60)]
    test = [{"id": "t", "question": " ".join(words), "answer": "It is so."}]
    near = [[*words[:k], f"else{k}", *words[k + 1 :]] for k in (10, 30, 50)]
    far = [[*near[0][:20], "more", *near[0][21:]], [*near[0][:40], "less", *near[0][41:]]]
    train = [{"id": f"near{n}", "question": " ".join(told), "answer": "It is so."} for n, told in enumerate(near + far)]
    other = [f"another{n}" for n in range(60)]
    train += [{"id": f"free{n}", "question": " ".join([*other, f"end{n}"]), "answer": "It differs."} for n in range(2)]
    for name, rows in (("test", test), ("train", train)):
        (tmp_path / "in").mkdir(exist_ok=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "in" / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    options = {"files": {"train": "train.jsonl", "test": "test.jsonl"}, "id": "{id}"}
    told = corpus("near", options, task("near-task", "question-answer", ANSWER), splits=["train", "test"])
    (tmp_path / "near.toml").write_text(told, encoding="utf-8")
    command = ["build", "meds-ins", "--source", f"near={tmp_path / 'in'}", "--set", f"own={tmp_path / 'near.toml'}",
               "--set", "tasks=near-task", "--workers", "0"]  # fmt: skip
    assert run([*command, "--out", str(tmp_path / "noted")]) in (0, 3)
    assert _rows(tmp_path / "noted", "chats").height == 7
    report = json.loads((tmp_path / "noted" / "qc" / "report.json").read_text(encoding="utf-8"))
    (flaws,) = [check for check in report["checks"] if check["name"] == "instruction_flaws"]
    assert (flaws["figures"]["near_test"], flaws["figures"]["near_duplicate"]) == (5, 5)
    assert run([*command, "--out", str(tmp_path / "out"), "--set", "leaves_out=near_test"]) in (0, 3)
    assert set(_rows(tmp_path / "out", "chats")["id"]) == {"near-task:near/free0", "near-task:near/free1"}
    rejected = _rows(tmp_path / "out" / "rejected", "drawable.near")
    assert rejected["reason"].value_counts().rows() == [("near_test", 5)]
    assert set(rejected["detail"]) == {"of near-task:near/t"}


def test_near_copies_of_another_task_are_told_apart(corpora: Path, tmp_path: Path):
    """Pairs that are translated both ways are nearly equal: all but one way would go with the near copies of a task."""
    one, other = ([" ".join(f"{word}{n}x{k}" for k in range(40)) for n in range(3)] for word in ("say", "dis"))
    rows = [{"id": f"r{n}", "one": one[n], "other": other[n]} for n in range(3)]
    rows.append({**rows[0], "id": "again", "one": f"{rows[0]['one']} more"})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = {"files": {"train": "*.jsonl"}, "id": "{id}"}
    ways = [{"question": "{one}", "answer": "{other}"}, {"question": "{other}", "answer": "{one}"}]
    tasks = [task(f"way-{n}", "question-answer", fields) for n, fields in enumerate(ways)]
    told = corpus("pairs", options, *tasks, splits=["train"])
    (tmp_path / "pairs.toml").write_text(told, encoding="utf-8")
    command = ["build", "meds-ins", "--source", f"pairs={tmp_path / 'in'}", "--set", f"own={tmp_path / 'pairs.toml'}",
               "--set", "tasks=way-0,way-1", "--workers", "0", "--out", str(tmp_path / "out")]  # fmt: skip
    assert run([*command, "--set", "leaves_out=near_duplicate"]) in (0, 3)
    assert _rows(tmp_path / "out", "near")["fate"].value_counts().sort("fate").rows() == [
        ("near_duplicate", 2), ("near_elsewhere", 3),
    ]  # fmt: skip
    assert _rows(tmp_path / "out", "chats")["task"].value_counts().sort("task").rows() == [("way-0", 3), ("way-1", 3)]
    assert run([*command, "--set", "leaves_out=near_duplicate,near_elsewhere"]) in (0, 3)
    assert _rows(tmp_path / "out", "chats").height == 3


def test_what_the_benchmark_tests_with_is_known_to_the_set_whatever_else_is_built(
    corpora: Path, bench: Path, tmp_path: Path, capsys
):
    """Two builds of other corpora called their documents by other names in the ledger, and never met."""
    folder = tmp_path / "exam"
    folder.mkdir()
    tested = (corpora / "exam" / "test.jsonl").read_text(encoding="utf-8").replace("Which drug", "What medicine")
    (folder / "train.jsonl").write_text(tested, encoding="utf-8")
    command = ["build", "meds-ins", "--source", f"exam={folder}", "--set", f"own={corpora / 'exam.toml'}",
               "--set", "tasks=exam-choice", "--workers", "0", "--out", str(tmp_path / "out")]  # fmt: skip
    assert run(command) == 3
    report = json.loads((tmp_path / "out" / "qc" / "report.json").read_text(encoding="utf-8"))
    (held,) = [check for check in report["checks"] if check["name"] == "held_out"]
    assert held["verdict"] == "fail" and "meds-bench" in json.dumps(held)
