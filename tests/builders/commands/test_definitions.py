"""The command over real HTTP: versions with parents and reasons, answers kept, own tasks too."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders.cli import run
from tests.annotators.llm.scripted import Scripted, serving
from tests.builders.instructions.own_corpus import written

pytestmark = pytest.mark.extras
pytest.importorskip("openai")
PARENTS = ("Give another name for this disease.", "Name a term that doctors use for exactly the same disorder.")


def versions(messages: list[dict[str, str]]) -> str:
    """One that is kept, one that brings a label of its own, and the definition itself."""
    lines = next(one["content"] for one in reversed(messages) if "\n[1] " in one["content"]).splitlines()
    words = " ".join(one.partition("] ")[2] for one in lines if one.startswith("["))
    if words.startswith("Name a term"):
        return "Gladly:"
    keep = lines[2].removeprefix("keep: ").replace(" | ", ", ")
    told = [f"Here is what is wanted, put in words unlike those before: {words[:15]}, with {keep}.",
            f"{words} Or say maybe.", words]  # fmt: skip
    return json.dumps({"definitions": told})


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def asked(script: Scripted, out: Path, *more: str) -> int:
    return run(["definitions", "--out", str(out), "--model", f"tiny@{script.url}", *more])


def test_versions_have_their_parent_and_the_rule_they_break(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Scripted(versions)) as script:
        assert asked(script, tmp_path / "some.jsonl", "--tasks", "45", "--number", "3") == 0
        first = capsys.readouterr()
        before = len(script.asked)
        assert asked(script, tmp_path / "again.jsonl", "--tasks", "45", "--number", "3", "--answers",
                     str(tmp_path / "some-answers"), "--json") == 0  # fmt: skip
        again = json.loads(capsys.readouterr().out)
    made = rows(tmp_path / "some.jsonl")
    assert [(one["task"], one["parent"], one["reason"]) for one in made[:3]] == [
        ("45", 0, ""), ("45", 0, "label_added"), ("45", 0, "repeats"),
    ]  # fmt: skip
    assert {one["parent"] for one in made} == {0, 1, 3} and made[0]["of"] == PARENTS[0] and made[0]["by"] == "tiny"
    assert all(one["kept"] is not bool(one["reason"]) for one in made)
    assert "4 definitions of 1 tasks: 9 versions, 3 kept" in first.out and "1 not_json" in first.err
    assert len(script.asked) == before, "answers are stored, those of no use too"
    assert again["kept"] == 3 and again["unanswered"] == {"not_json": 1}
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "some.jsonl").read_bytes()


def test_the_model_is_told_language_number_and_what_to_keep(tmp_path: Path) -> None:
    own = written(tmp_path)
    with serving(Scripted(versions)) as script:
        assert asked(script, tmp_path / "own.jsonl", "--tasks", "ward-kind", "--own", str(own), "--number", "2") == 0
    first = sorted(script.questions)[0].splitlines()
    assert first[:4] == ["language: English", "number: 2", "keep: drug | other", "definition:"]
    assert len(rows(tmp_path / "own.jsonl")) == 6 and {one["task"] for one in rows(tmp_path / "own.jsonl")} == {
        "ward-kind"
    }


@pytest.mark.parametrize(("more", "says"), [
    (("--number", "0"), "--number 0: expected 1 to 100"),
    (("--tasks", "nope"), "no task is called nope"),
    (("--tasks", "39"), "task 39 is not-rebuilt"),
    (("--out", "x.csv"), "expected a name that ends in .jsonl"),
    (("--model", "nothing@"), "nothing@"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_said(
    more: tuple[str, str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"--out": str(tmp_path / "x.jsonl"), "--model": "tiny@http://127.0.0.1:9/v1"} | {more[0]: more[1]}
    assert run(["definitions", *(word for pair in told.items() for word in pair)]) in (1, 2)
    assert says in capsys.readouterr().err
