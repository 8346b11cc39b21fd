"""What is wrong with instances by themselves."""

from pathlib import Path

import polars as pl
import pytest

from builders.stages.instructions.answers import Answers, AnswerSums
from builders.stages.instructions.flaws import Flaws, Limits
from builders.stages.instructions.keys import Keys
from schemas.instructions import SizeLimit
from tests.builders.stages.instructions.made import instances

_FRENCH = (
    "Le patient a été hospitalisé pour une pneumonie et a reçu des antibiotiques pendant sept jours, puis il est "
    "rentré chez lui sans fièvre."
)
_ENGLISH = (
    "The patient was admitted for pneumonia and was given antibiotics for seven days, then went home without a fever."
)


def _flaws(folder: Path, *rows: dict[str, object], languages: str = "en") -> set[tuple[str, str, str]]:
    made = instances(*rows)
    keys = Keys()(made)
    (folder / "limits").mkdir()
    Limits()(keys).write_parquet(folder / "limits" / "all.parquet")
    found = Flaws({"1": languages})(made, keys, limits=folder / "limits")
    return set(found.select("id", "flaw", "detail").cast({"flaw": pl.String}).iter_rows())


@pytest.mark.parametrize(
    ("said", "flaw", "detail"),
    [
        (" -- ", "empty_output", ""),
        ("It was then that…", "truncated", "…"),
        ("one, two,", "truncated", ","),
        ("see (", "truncated", "("),
        (_FRENCH, "wrong_language", "fr"),
        ("Write to anna.muster@example.org for more.", "personal_data", "email"),
    ],
)
def test_a_flaw_is_found_and_its_detail_holds_no_words(tmp_path, said, flaw, detail):
    assert _flaws(tmp_path, {"id": "a", "outputs": [said]}, {"id": "b"}) == {("a", flaw, detail)}


@pytest.mark.parametrize("said", ["yes", "B. Aspirin", _ENGLISH, "Paracetamol, Ibuprofen", "10 mg", "Grade 2 (mild)."])
def test_a_sound_answer_has_none(tmp_path, said):
    assert _flaws(tmp_path, {"id": "a", "outputs": [said]}) == set()


def test_a_task_in_two_languages_may_answer_in_either(tmp_path):
    both = [{"id": "a", "outputs": [_FRENCH]}, {"id": "b", "outputs": [_ENGLISH]}]
    assert _flaws(tmp_path, *both, languages="en/fr") == set()


def test_what_is_far_longer_than_usual_in_its_task_is_too_long(tmp_path):
    usual = [{"id": f"{n:03}", "input": "word " * (n % 7 + 5)} for n in range(50)]
    found = _flaws(tmp_path, *usual, {"id": "long", "input": "word " * 40_000})
    assert {(id_, flaw) for id_, flaw, _ in found} == {("long", "too_long")}


def test_answers_are_counted_by_their_place_and_summed_over_parts():
    letters = [{"mark": mark, "text": text} for mark, text in zip("ABC", ("one", "two", "three"), strict=True)]
    classes = [{"mark": word, "text": word} for word in ("yes", "no")]
    part = instances(
        {"id": "a", "choices": letters, "gold": ["B"]},
        {"id": "b", "choices": letters, "gold": ["B", "C"]},
        {"id": "c", "task": "2", "choices": classes, "gold": ["no"]},
        {"id": "d", "task": "3"},
    )
    summed = AnswerSums()(Answers()(part), Answers()(part))
    rows = summed.select("task", "options", "place", "ordered", "rows").rows()
    assert rows == [("1", 3, 1, True, 4), ("1", 3, 2, True, 2), ("2", 2, 1, False, 2)]


def test_a_task_of_few_instances_has_no_limit_and_its_row_stands():
    """An infinite limit is no number of the schema, and the row of the task was rejected for it."""
    rows = Limits()(Keys()(instances({"id": "a"}, {"id": "b"})))
    assert SizeLimit.is_valid(rows)
    assert rows.select("instances", "limit").rows() == [(2, None)]
