"""Instances that repeat or contradict others, or stand in two splits."""

import polars as pl

from builders.sealed import identity
from builders.stages.instructions.drawable import DrawableRows
from builders.stages.instructions.keys import Keys
from builders.stages.instructions.twins import SharedDocuments, Twins
from tests.builders.stages.instructions.made import instances


def _fates(*rows: dict[str, object], stage: Twins | SharedDocuments | None = None) -> set[tuple[str, str, str]]:
    found = (stage or Twins())(Keys()(instances(*rows)))
    return set(found.select("id", "fate", "of").cast({"fate": pl.String}).iter_rows())


def test_an_instance_that_says_the_same_is_a_duplicate_whatever_its_case_and_punctuation():
    first = {"id": "a", "input": "What is a stent?", "outputs": ["A tube."]}
    again = {"id": "b", "input": "what is a  stent", "outputs": ["a tube"]}
    assert _fates(first, again) == {("b", "duplicate", "a")}


def test_the_same_in_another_task_is_noted_as_elsewhere():
    first = {"id": "a", "task": "1", "input": "One", "outputs": ["x"]}
    assert _fates(first, {**first, "id": "b", "task": "2"}) == {("b", "elsewhere", "a")}


def test_answers_that_differ_contradict_each_other_in_one_task_alone():
    first = {"id": "a", "task": "1", "input": "One", "outputs": ["x"]}
    other = {"id": "b", "task": "1", "input": "One", "outputs": ["y"]}
    assert _fates(first, other) == {("a", "conflict", "b"), ("b", "conflict", "a")}
    assert _fates(first, {**other, "task": "2"}) == set()


def test_what_stands_in_test_is_found_in_any_task_and_test_itself_stays():
    tested = {"id": "t", "task": "9", "split": "test", "input": "One", "outputs": ["x"]}
    trained = {"id": "a", "task": "1", "input": "one!", "outputs": ["y"]}
    assert _fates(tested, trained) == {("a", "in_test", "t")}


def test_a_document_of_test_takes_its_other_instances_along():
    tested = {"id": "t", "split": "test", "document": "corpus/7"}
    found = _fates(tested, {"id": "a", "document": "corpus/7"}, {"id": "b"}, stage=SharedDocuments())
    assert found == {("a", "document_in_test", "t")}


def test_leaks_are_rejected_always_and_the_rest_by_setting(tmp_path):
    rows = instances(
        {"id": "a", "input": "One", "outputs": ["x"]},
        {"id": "b", "input": "One", "outputs": ["x"]},
        {"id": "c", "input": "Two"},
        {"id": "d", "input": "two", "split": "test"},
        {"id": "e", "document": "corpus/d"},
        {"id": "f"},
    )
    keys = Keys()(rows)
    needs = {"twins": Twins()(keys), "documents": SharedDocuments()(keys)}
    for name, found in needs.items():
        (tmp_path / name).mkdir()
        found.write_parquet(tmp_path / name / "all.parquet")
    folders = {name: tmp_path / name for name in needs}
    made = DrawableRows(("duplicate",))(keys, **folders)
    assert made.frame["id"].to_list() == ["a", "f"]
    told = set(made.rejected.select("id", "reason", "detail").iter_rows())
    assert told == {("b", "duplicate", "of a"), ("c", "in_test", "of d"), ("e", "document_in_test", "of d")}
    assert DrawableRows(())(keys, **folders).frame["id"].to_list() == ["a", "b", "f"]


def test_a_sealed_patient_of_mimic_is_never_drawn(tmp_path):
    keys = Keys()(instances({"id": "a", "document": "mimic/10000032"}, {"id": "b", "document": "mimic/10000033"}))
    needs = {"twins": Twins()(keys), "documents": SharedDocuments()(keys)}
    for name, found in needs.items():
        (tmp_path / name).mkdir()
        found.write_parquet(tmp_path / name / "all.parquet")
    stage = DrawableRows((), identity(frozenset({"10000032"})), frozenset({"10000032"}))
    made = stage(keys, **{name: tmp_path / name for name in needs})
    assert made.frame["id"].to_list() == ["b"]
    assert made.rejected.select("id", "reason").rows() == [("a", "sealed_subject")]
