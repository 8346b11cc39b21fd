"""What is planted of a benchmark in training corpora is kept out with its reason, and what is only near it stays."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.cli import run
from tests.builders.instruction_corpora import ANSWER, corpus, task

SPLITS = {split: f"{split}*.jsonl" for split in ("train", "test")}
FORM = "You are given the record of a patient who came to our ward this spring, so answer: "
LONG = "Which of the two tablets should a patient with weak kidneys take in the evening after a long day without food?"
PLAIN = "May the grey syrup be given together with the red drops before breakfast on Sundays?"
SHORT = "What is quinsy?"
QUESTIONS = [
    LONG,
    PLAIN,
    SHORT,
    *(f"{FORM}which dose number {number} of the {number}th drug fits?" for number in range(25)),
]
WORDS = LONG.split()


def row(id_: str, question: str, **more: Any) -> dict[str, Any]:
    """A row whose patient and article are its own unless they are said."""
    return {"id": id_, "question": question, "answer": f"The reply to {id_}.", "patient": f"P-{id_}",
            "article": f"A-{id_}", **more}  # fmt: skip


def lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))


def _declared(name: str, documents: Mapping[str, str]) -> str:
    tasks = [
        task(id_, "question-answer", ANSWER, options={"document": f"{{{document}}}"}, bench="Explanation",
             definitions=[f"Answer {id_} one.", f"Reply to {id_} two.", f"What is right of {id_} three?"])
        for id_, document in documents.items()
    ]  # fmt: skip
    return corpus(name, {"files": SPLITS, "id": "{id}"}, *tasks)


def declared(folder: Path) -> str:
    """Two corpora: one of an examination, one of a ward with a task by patient and one by article."""
    exam = _declared("clinic-exam", {"exam-answer": "id"})
    ward = _declared("ward-notes", {f"ward-{document}": document for document in ("patient", "article")})
    for name, text in (("exam", exam), ("ward", ward)):
        (folder / f"{name}.toml").write_text(text.replace("NAME", f"the {name}"))
    return f"own={folder / 'exam.toml'},{folder / 'ward.toml'}"


PLANTED = {
    "whole": row("whole", LONG),
    "spelt": row("spelt", f"Nurse asks:\n{PLAIN.upper().replace(' ', ' – ')}!!"),
    "inside": row("inside", f"In the morning round somebody said: {' '.join(WORDS[3:16])}, and nobody knew more."),
    "answered": row("answered", "What was asked on Monday?", answer=f"It was this: {PLAIN}"),
    "a line": row("a line", f"Explain it.\n{SHORT}\nUse plain words."),
}
"""Rows that hold a question of the benchmark."""
LEAKS = {
    "same patient": row("same patient", "Is the cast dry?", patient="P-1"),
    "same article": row("same article", "Is the splint dry?", article="A-1"),
    "same input": row("same input", "may the bandage be changed, at home"),
}
"""Rows that have to do with one of the test split."""
NEAR = {
    "twelve": row("twelve", f"Somebody wrote {' '.join(WORDS[3:15])} but meant another thing entirely."),
    "form": row("form", f"{FORM}was the window closed?"),
    "short": row("short", f"Please tell me in a word or two: {SHORT[:-1]} and where does the name come from?"),
    "other": row("other", "Who waters the plants?"),
}
"""Rows that only look like one."""
TEST = [row("1", "May the bandage be changed at home?")]


def write(folder: Path) -> None:
    lines(folder / "ward" / "train.jsonl", [*PLANTED.values(), *LEAKS.values(), *NEAR.values()])
    lines(folder / "ward" / "test.jsonl", TEST)
    lines(folder / "exam" / "test.jsonl", [row(f"q{number}", text) for number, text in enumerate(QUESTIONS)])
    lines(folder / "questions.jsonl", [{"question": text} for text in QUESTIONS])


def build(dataset: str, out: Path, *words: str) -> int:
    return run(["build", dataset, *words, "--out", str(out), "--workers", "0", "--quiet"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the corpora, and the benchmark as a finished build."""
    folder = tmp_path_factory.mktemp("planted")
    write(folder)
    own = declared(folder)
    assert build("meds-bench", folder / "bench", "--set", own, f"--source=clinic-exam={folder / 'exam'}") == 0
    return folder


def rejected(out: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """Reason and detail by task and row."""
    rows = pl.concat([pl.read_parquet(path) for path in sorted((out / "rejected").rglob("*.parquet"))])
    names = rows["id"].str.extract(r"^ward-(\w+):"), rows["id"].str.extract("/(.*)$")
    return dict(zip(zip(*names, strict=True), rows.select("reason", "detail").rows(), strict=True))


def name(id_: str) -> str:
    """An id as a build has it: with blanks it is a hash."""
    from builders.stages.hashing import hex_digest

    return id_ if " " not in id_ else hex_digest(pl.Series([id_]))[0]


@pytest.mark.parametrize("benchmark", ["questions.jsonl", "bench"])
def test_what_is_planted_is_kept_out_and_what_is_near_stays(made: Path, benchmark: str):
    out = made / f"ins of {benchmark}"
    source = f"--source=benchmark-questions={made / benchmark}"
    assert build("meds-ins", out, "--set", declared(made), f"--source=ward-notes={made / 'ward'}", source) == 0
    why, chats = rejected(out), pl.read_parquet(out / "chats" / "*.parquet")
    for kind in ("patient", "article"):
        assert {id_: why[kind, name(id_)][0] for id_ in PLANTED} == dict.fromkeys(PLANTED, "contaminated")
        assert all(why[kind, name(id_)][1].startswith("holds ") for id_ in PLANTED)
        assert why[kind, name("same input")][0] == "in_test"
    assert why["patient", name("same patient")] == ("document_in_test", "of ward-patient:ward-notes/1")
    assert why["article", name("same article")] == ("document_in_test", "of ward-article:ward-notes/1")
    stays = set(chats["id"].str.strip_prefix("ward-").to_list())
    expected = {f"{task}:ward-notes/{name(id_)}" for task in ("patient", "article") for id_ in NEAR}
    across = {f"article:ward-notes/{name('same patient')}", f"patient:ward-notes/{name('same article')}"}
    assert stays == expected | across
    said = " ".join(detail for _, detail in why.values()).lower()
    assert "kidneys" not in said and "quinsy" not in said


def test_without_a_benchmark_what_is_planted_stays_and_what_stands_in_test_does_not(made: Path):
    out = made / "ins alone"
    words = ["--set", declared(made), f"--source=ward-notes={made / 'ward'}", f"--source=clinic-exam={made / 'exam'}"]
    assert build("meds-ins", out, *words) == 0
    why = rejected(out)
    assert why["patient", "whole"] == ("in_test", "of exam-answer:clinic-exam/q0")
    assert ("patient", "inside") not in why
    assert why["patient", name("same input")] == ("in_test", "of ward-article:ward-notes/1")


def test_a_benchmark_that_is_not_finished_is_no_list_of_its_questions(made: Path, capsys: pytest.CaptureFixture[str]):
    """Questions of a build that was interrupted would be missed in silence."""
    bench = made / "half"
    bench.mkdir()
    text = (made / "bench" / "manifest.json").read_text()
    (bench / "manifest.json").write_text(text.replace('"complete"', '"running"', 1))
    words = ["--set", declared(made), f"--source=ward-notes={made / 'ward'}", f"--source=benchmark-questions={bench}"]
    assert build("meds-ins", made / "never", *words) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "this build is running" in said and "finish it first" in said
