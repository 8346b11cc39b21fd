"""`meds-ins` with a language model: more definitions and reasons, from files of a corpus to task files again."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from builders.api import build
from builders.cli import run
from builders.instructions.reason_requests import REQUESTS
from schemas.errors import UsageError
from tests.annotators.llm.scripted import Scripted, serving
from tests.builders.instruction_corpora import corpus as declaration
from tests.builders.instruction_corpora import task
from tests.builders.reasoned_choices import reasons

pytestmark = pytest.mark.extras
pytest.importorskip("openai")
DEFINITIONS = (
    "Choose the letter of the right option.",
    "Which option is right? Write its letter.",
    "Answer the question of the ward with one letter.",
)
MORE = "Read what the ward asks and reply with nothing but the letter of the option that fits."


@pytest.fixture
def corpus(tmp_path: Path) -> tuple[Path, Path]:
    return made(tmp_path, "cc-by-4.0")


def made(folder: Path, licence: str) -> tuple[Path, Path]:
    fields = {"question": "{question}", "options": "{options}", "answer": "{answer}"}
    choice = task("ward-choice", "multiple-choice", fields, category="MCQA", metric="accuracy", split="nine-to-one",
                  definitions=DEFINITIONS)  # fmt: skip
    options = {"files": {"all": "*.jsonl"}, "id": "{id}"}
    told = declaration("ward-choices", options, choice, licence=licence, splits="none")
    (folder / "ward.toml").write_text(told)
    (folder / "ward").mkdir(exist_ok=True)
    rows = [{"id": n, "question": f"{'This other' if n % 4 == 0 else 'This'} drug number {n}: which is it?",
             "options": [f"drug {n}", f"salt {n}"], "answer": "A"} for n in range(60)]  # fmt: skip
    (folder / "ward" / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "ward.toml", folder / "ward"


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / name / "*.parquet")


def definitions(folder: Path) -> Path:
    path = folder / "definitions.jsonl"
    lines = [
        {"task": "ward-choice", "parent": 1, "text": MORE, "kept": True, "by": "me"},
        {"task": "ward-choice", "parent": 0, "text": "No.", "kept": False, "reason": "too_short"},
        {"task": "45", "parent": 0, "text": "Of a task that is not built.", "kept": True},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def exported(folder: Path, own: Path) -> dict[str, Any]:
    """The task file of the build."""
    assert run(["export", "task_files", str(folder / "out"), "--out", str(folder / "files"), "--own", str(own)]) == 0
    (file,) = (folder / "files").glob("*.json")
    return json.loads(file.read_text())


def test_definitions_of_a_file_are_drawn_and_told_and_go_out_with_the_task(corpus, tmp_path):
    own, files = corpus
    told = {"own": str(own), "definitions": str(definitions(tmp_path))}
    build("meds-ins", sources={"ward-choices": str(files)}, out=tmp_path / "out", workers=0, settings=told)
    chats, rows = table(tmp_path / "out", "chats"), table(tmp_path / "out", "definitions")
    assert rows.select("number", "parent", "by").rows() == [
        (0, None, None), (1, None, None), (2, None, None), (3, 1, "me"),
    ]  # fmt: skip
    assert rows["text"][3] == MORE and rows["chats"].sum() == chats.height and all(rows["chats"] > 0)
    said = chats.join(rows, left_on=["task", "definition"], right_on=["task", "number"])
    first = said["messages"].list.first().struct.field("content")
    assert said.height == chats.height and all(map(str.startswith, first, said["text"]))
    published = exported(tmp_path, own)
    assert published["Definition"][3] == MORE and len(published["Instances"]) == chats.height
    assert all(one["input"].startswith("This") for one in published["Instances"])


def test_definitions_of_a_closed_corpus_stand_beside_its_chats(tmp_path):
    own, files = made(tmp_path, "credentialed")
    build("meds-ins", sources={"ward-choices": str(files)}, out=tmp_path / "out", workers=0, settings={"own": str(own)})
    assert (
        table(tmp_path / "out", "definitions_closed")["chats"].sum() == table(tmp_path / "out", "chats_closed").height
    )
    assert not (tmp_path / "out" / "definitions").exists()


def test_a_broken_file_of_definitions_is_said_before_anything_is_made(corpus, tmp_path):
    path = definitions(tmp_path)
    path.write_text(path.read_text() + "{}\n")
    with pytest.raises(UsageError, match=r"definitions\.jsonl: line 4: key task: expected a text, got nothing"):
        build("meds-ins", sources={"ward-choices": str(corpus[1])}, out=tmp_path / "out",
              settings={"own": str(corpus[0]), "definitions": str(path)})  # fmt: skip


def test_answers_stand_behind_their_reasons_and_are_asked_for_once(corpus, tmp_path):
    own, files = corpus
    with serving(Scripted(reasons)) as script:
        told = {"own": str(own), "rationale": f"llm:tiny@{script.url}", "answers": str(tmp_path / "answers"),
                "rationale_share": "0.8"}  # fmt: skip
        build("meds-ins", sources={"ward-choices": str(files)}, out=tmp_path / "out", workers=0, settings=told)
        before = len(script.asked)
        build("meds-ins", sources={"ward-choices": str(files)}, out=tmp_path / "again", workers=0, settings=told)
        assert before and len(script.asked) == before, "answers are stored"
    chats = table(tmp_path / "out", "chats")
    reasoned = chats.filter(pl.col("rationale_by") == "tiny")
    assert 10 < reasoned.height < chats.height
    assert all("other" not in id_ for id_ in reasoned["id"])
    last = reasoned["messages"].list.last().struct.field("content")
    assert all(one.endswith(".\n\nA") for one in last)
    asked = reasoned["messages"].list.get(-2).struct.field("content")
    assert all(one.endswith(REQUESTS["en"]) for one in asked)
    plain = chats.filter(pl.col("rationale_by").is_null())["messages"].list.last().struct.field("content")
    assert set(plain) == {"A"}
    lost = pl.read_parquet(tmp_path / "out" / "rejected" / "rationales.ward-choices" / "*.parquet")
    assert set(lost["reason"]) == {"answer_differs"} and lost.height
    assert chats.equals(table(tmp_path / "again", "chats"))
    assert all(one["output"] == ["A"] and one["input"].endswith(one["id"].rpartition("/")[2])
               for one in exported(tmp_path, own)["Instances"])  # fmt: skip


@pytest.mark.parametrize("licence", ["unknown", "credentialed"])
def test_a_closed_corpus_is_not_sent_to_a_remote_server(licence, tmp_path):
    own, files = made(tmp_path, licence)
    told = {"own": str(own), "rationale": "llm:tiny@https://llm.example.org/v1", "answers": str(tmp_path / "answers")}
    with pytest.raises(UsageError, match="no remote processing; nothing was sent"):
        build("meds-ins", sources={"ward-choices": str(files)}, out=tmp_path / "out", settings=told)


def test_a_wrong_model_is_said(corpus, tmp_path):
    for rationale, says in (
        ("magic", "expected none, or llm:MODEL@URL"),
        ("llm:m@http://127.0.0.1:9/v1", "name the folder"),
    ):
        with pytest.raises(UsageError, match=says):
            build("meds-ins", sources={"ward-choices": str(corpus[1])}, out=tmp_path / "out",
                  settings={"own": str(corpus[0]), "rationale": rationale})  # fmt: skip
