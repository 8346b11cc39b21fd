"""Instances as chats: drawn, worded, with examples of other documents."""

from pathlib import Path

import polars as pl
import pytest

from builders.base import Stage
from builders.exports.task_files import instances as instances_of
from builders.instructions.mixing import Rule
from builders.stages.instructions.chats import Chats, Wording
from builders.stages.instructions.drawable import DrawableRows
from builders.stages.instructions.examples import Candidates, Examples
from builders.stages.instructions.keys import Keys
from builders.stages.instructions.mixture import Mixed, Mixture
from builders.stages.instructions.twins import SharedDocuments, Twins
from schemas.instructions import ChatInstance
from tests.builders.stages.instructions.made import instances

_WORDED = Wording("NER", "en", "en", "en", ("Say it.", "Tell it in words.", "Write it down."))


def _made(rows: pl.DataFrame, folder: Path, rule: Rule, shots: int = 0, seed: str = "medmill") -> pl.DataFrame:
    """The chats of instances, through every stage between."""
    keys = Keys(seed)(rows)
    tasks = sorted(set(rows["task"]))
    kept = DrawableRows(())(keys, twins=_kept(folder, Twins(), keys), documents=_kept(folder, SharedDocuments(), keys))
    mixture = Mixture(tuple(Mixed(task, f"task {task}", "NER", "en", "corpus") for task in tasks), rule)
    needs = {
        "mixture": _kept(folder, mixture, kept.frame),
        "examples": _kept(folder, Examples(), Candidates()(rows, kept.frame)),
    }
    made = Chats(dict.fromkeys(tasks, _WORDED), shots, seed)(rows, kept.frame, **needs)
    assert ChatInstance.is_valid(made)
    return made


def _kept(folder: Path, stage: Stage, rows: pl.DataFrame) -> Path:
    path = folder / type(stage).__name__
    path.mkdir(exist_ok=True)
    stage(rows).write_parquet(path / "all.parquet")
    return path


def _many(count: int, task: str = "1", **same: object) -> list[dict[str, object]]:
    return [{"id": f"{task}:{n:04}", "task": task, **same} for n in range(count)]


def test_a_target_is_met_to_the_instance_and_the_same_are_drawn_again(tmp_path):
    rows = instances(*_many(300, "1"), *_many(100, "2"))
    made = _made(rows, tmp_path, Rule(target=80))
    assert made["task"].value_counts(sort=True).rows() == [("1", 60), ("2", 20)]
    assert made.equals(_made(rows.reverse(), tmp_path, Rule(target=80)))
    assert not made.equals(_made(rows, tmp_path, Rule(target=80), seed="other"))


def test_a_larger_mixture_holds_the_smaller_one(tmp_path):
    rows = instances(*_many(300))
    small = set(_made(rows, tmp_path, Rule(target=50))["id"])
    assert small < set(_made(rows, tmp_path, Rule(target=90))["id"])


def test_repetitions_of_an_instance_are_worded_and_placed_each_on_its_own(tmp_path):
    made = _made(instances(*_many(20)), tmp_path, Rule(target=50, repeats=3))
    assert made.height == 50 and made.select("id", "copy").is_unique().all()
    assert set(made.group_by("id").len()["len"]) == {2, 3}
    assert made["order"].is_unique().all() and made["order"].is_sorted()
    assert len(set(made["definition"])) == 3


def test_a_chat_begins_with_a_wording_and_ends_with_the_answer(tmp_path):
    made = _made(instances({"id": "a", "outputs": ["yes", "indeed"]}), tmp_path, Rule()).row(0, named=True)
    said = made["messages"]
    assert [turn["role"] for turn in said] == ["user", "assistant"]
    assert said[0]["content"] == f"{_WORDED.definitions[made['definition']]}\n\nquestion a"
    assert (said[1]["content"], made["other_outputs"]) == ("yes", ["indeed"])


def test_examples_are_of_train_and_never_of_the_instance_or_its_document(tmp_path):
    rows = [{**row, "document": f"corpus/{n // 2}"} for n, row in enumerate(_many(60))]
    tested = [{**row, "id": f"t{row['id']}", "split": "test"} for row in _many(20)]
    validated = [{**row, "id": f"v{row['id']}", "split": "validation"} for row in _many(5)]
    rows = instances(*rows, *tested, *validated)
    made = _made(rows, tmp_path, Rule(), shots=3)
    document = dict(rows.select("id", "document").iter_rows())
    split = dict(rows.select("id", "split").iter_rows())
    assert {made["shots"].list.len().min(), made["shots"].list.len().max()} == {0, 3}
    for id_, own, shots, messages in made.select("id", "document", "shots", "messages").iter_rows():
        assert len(messages) == 2 * len(shots) + 2
        assert len(set(shots)) == len(shots)
        assert all(split[shot] == "train" and shot != id_ and document[shot] != own for shot in shots)
        assert [turn["content"] for turn in messages[1:-1:2]] == [f"answer {shot}" for shot in shots]


def test_an_example_has_the_licence_of_its_instance(tmp_path):
    open_, shut = _many(20, licence="cc-by-4.0"), _many(20, licence="unknown")
    rows = instances(*open_, *({**row, "id": f"u{row['id']}"} for row in shut))
    for id_, shots in _made(rows, tmp_path, Rule(), shots=2).select("id", "shots").iter_rows():
        assert all(shot.startswith("u") == id_.startswith("u") for shot in shots)


def test_validation_goes_in_whole_and_once_whatever_the_mixture(tmp_path):
    held = [{**row, "id": f"v{row['id']}", "split": "validation"} for row in _many(7)]
    made = _made(instances(*_many(50), *held), tmp_path, Rule(target=10))
    assert made["split"].cast(pl.String).value_counts(sort=True).rows() == [("train", 10), ("validation", 7)]


@pytest.mark.parametrize("shots", [0, 3])
def test_instances_come_back_out_of_their_chats(tmp_path, shots):
    rows = instances(*_many(40, outputs=["one, two", "three"]))
    made = _made(rows, tmp_path, Rule(), shots)
    back = instances_of(made.lazy(), _WORDED.definitions).collect()
    assert back.equals(rows.select("id", "input", "outputs").sort("id"))


def test_a_mixture_of_nothing_makes_no_chats(tmp_path):
    assert _made(instances(*_many(5, split="test")), tmp_path, Rule()).height == 0


def test_instances_of_one_id_in_two_files_count_once_since_one_of_them_goes_out(tmp_path):
    keys = Keys()(instances(*_many(3), *_many(2)))
    _kept(tmp_path, Twins(), keys)
    _kept(tmp_path, SharedDocuments(), keys)
    kept = DrawableRows(())(keys, twins=tmp_path / "Twins", documents=tmp_path / "SharedDocuments").frame
    assert kept.height == 5
    made = Mixture((Mixed("1", "task 1", "NER", "en", "corpus"),), Rule())(kept)
    assert made.select("available", "drawn").rows() == [(3, 3)]
