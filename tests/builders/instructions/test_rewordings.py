"""Definitions in other words: every rule that speaks against one, and the file that holds them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.instructions.declared import declared
from builders.instructions.fixed_words import closed_words, languages, says
from builders.instructions.rewordings import RULES, Pair, Rewording, judged, kept_words, reason_against
from builders.instructions.rewordings_file import read, write
from builders.instructions.task import Task
from schemas.errors import UsageError

READY = [task for task in declared().tasks.values() if task.ready]
KIND = replace(
    declared().task(124),
    id="kind",
    definitions=(
        "Decide from the note whether the growth is benign, malignant or unclear. Write one of these words.",
        "Name the kind of growth: benign, malignant or unclear.",
        "What does the note say of the growth? Choose benign, malignant, unclear.",
    ),
    fields={"words": {"b": "benign", "m": "malignant", "u": "unclear"}},
)
GOOD = "Your answer is a single word, benign, malignant or unclear, and tells what growth the note describes."
PARENT = "Answer 'not stated' where the 3 notes are silent, else Grade: A, B or C, in English, as {grade}."
"""Of everything that must be kept something."""


def reasons(task: Task, *texts: str) -> list[str]:
    return [one.reason for one in judged(task, [(0, text) for text in texts])]


def against(text: str, parent: str = PARENT, closed: tuple[str, ...] = ()) -> str:
    return reason_against(Pair(text, parent, closed))


def test_a_rewording_that_asks_for_the_same_is_kept_with_its_parent() -> None:
    (one,) = judged(KIND, [(1, "Say which it is, the growth: malignant, benign or else unclear.")], "tiny")
    assert one == Rewording("kind", 1, "Say which it is, the growth: malignant, benign or else unclear.", "", "tiny")
    assert one.kept


@pytest.mark.parametrize(("text", "reason"), [
    ("…", "empty"),
    (PARENT.replace("{grade}", "{grade} {note}"), "braces"),
    ("Grade: A, B, C", "too_short"),
    (f"{PARENT} {'and so on ' * 20}", "too_long"),
    (PARENT.replace("3 ", ""), "number_missing"),
    (PARENT.replace("3", "3 of 4"), "number_added"),
    (PARENT.replace("the 3", "the three or two"), "number_added"),
    (PARENT.replace("not stated", "unsaid"), "quotation_missing"),
    (PARENT.replace("silent", "“mute”"), "quotation_added"),
    (PARENT.replace("B or ", ""), "sign_missing"),
    (PARENT.replace("Grade", "Level"), "sign_missing"),
    (PARENT.replace("B or C", "B, C or D"), "sign_added"),
    (PARENT.replace("English", "full"), "language_missing"),
    (PARENT.replace("English", "English or French"), "language_added"),
    (PARENT.replace("else", "else, for example,"), "example_added"),
    (PARENT.replace("else", "else yes or"), "label_added"),
])  # fmt: skip
def test_every_rule_by_itself(text: str, reason: str) -> None:
    assert text != PARENT and not against(PARENT)
    assert against(text) == reason


def test_a_label_that_is_missing_speaks_against_a_rewording() -> None:
    assert reasons(KIND, GOOD.replace(", malignant", "")) == ["label_missing"]
    assert reasons(KIND, GOOD.replace("benign", "Benign-looking")) == [""], (
        "a hyphen ends a word, a capital may begin it"
    )
    assert reasons(KIND, GOOD.replace("unclear", "unclearly")) == ["label_missing"], "a part of a word is none"


def test_labels_keep_their_letter_case() -> None:
    closed = ("True", "False")
    parent = "Predict admission and write True or False."
    assert not against("Will the patient be admitted? False or True.", parent, closed)
    assert against("Will the patient be admitted, true or false?", parent, closed) == "label_missing"


def test_another_language_speaks_against_a_rewording() -> None:
    french = "Lisez la note du patient et dites ce qu'elle dit de la tumeur : benign, malignant ou unclear, en un mot."
    assert reasons(KIND, french) == ["other_language"]
    chinese = next(task for task in READY if task.instruction_language == "zh" and not closed_words(task))
    assert "other_language" in reasons(chinese, "Read it and write.", chinese.definitions[0])


def test_nearly_the_same_words_are_a_repetition() -> None:
    near = KIND.definitions[0].replace("Write one of", "Output one of")
    assert reasons(KIND, near, GOOD, GOOD.upper().replace("BENIGN", "benign").replace("MALIGNANT", "malignant")
                   .replace("UNCLEAR", "unclear")) == ["repeats", "", "repeats"]  # fmt: skip


def test_a_repetition_of_a_rewording_that_is_not_kept_may_stay() -> None:
    assert reasons(KIND, f"{GOOD} Yes?", GOOD) == ["label_added", ""]


def test_a_translation_that_is_turned_round_is_not_kept() -> None:
    task = declared().task("tico-19-en-fr")
    good = "Put the French equivalent of this English sentence about COVID-19 on paper."
    bad = "Put this sentence, which speaks French of COVID-19, into English for us."
    wrong = "Read the COVID-19 sentence in French and then write its full content in English."
    assert reasons(task, good, bad, wrong) == ["", "turned_round", "turned_round"]


def test_all_our_definitions_pass_the_rules_that_are_asked_of_their_rewordings() -> None:
    """Each as a rewording of itself: no rule misreads what people wrote."""
    for task in READY:
        alone = [replace(task, definitions=(one, "~")) for one in task.definitions]
        found = [judged(one, [(0, one.definitions[0])])[0].reason for one in alone]
        assert set(found) == {"repeats"}, task.id


def damages(task: Task, text: str) -> Iterator[str]:
    """The definition without one of its labels, with another number, with another language."""
    for word in closed_words(task):
        yield text.replace(word, "").replace(word.capitalize(), "")
    for found in re.finditer(r"\d+", text):
        yield f"{text[: found.start()]}{int(found[0]) + 100}{text[found.end() :]}"
    for language in languages(text):
        yield text.replace(language, "Latin")


def test_no_damage_to_a_definition_passes() -> None:
    tried = 0
    for task in READY:
        for text in task.definitions:
            for damaged in damages(task, text):
                assert against(damaged, text, closed_words(task)), (task.id, damaged)
                tried += 1
    assert tried > 300


def test_closed_words_are_those_that_answers_are_made_of() -> None:
    assert closed_words(declared().task(124)) == ("yes", "no", "maybe")
    assert closed_words(declared().task(14)) == ("1", "0")
    assert closed_words(declared().task(126)) == ("There is no chemical in the text.",)
    assert closed_words(declared().task(46)) == ()
    assert all(says(one, word) for task in READY for word in closed_words(task) for one in task.definitions)


def test_what_must_be_kept_is_told_to_the_model() -> None:
    assert kept_words(PARENT, ("x",)) == ["x", "not stated", "A", "B", "C", "Grade", "3", "English"]


@given(st.text(max_size=200))
def test_no_text_is_too_odd_to_be_judged(text: str) -> None:
    assert against(text, KIND.definitions[0], closed_words(KIND)) in {"", *RULES}


@given(st.lists(st.sampled_from([GOOD, GOOD.lower(), KIND.definitions[1], "x", f"{GOOD} Maybe."]), max_size=6))
def test_no_two_that_are_kept_are_alike(texts: list[str]) -> None:
    kept = [one.text for one in judged(KIND, [(0, text) for text in texts]) if one.kept]
    assert len(kept) <= 1 and not set(kept) & set(KIND.definitions)


def line(**changed: Any) -> dict[str, Any]:
    own = {"task": "kind", "parent": 0, "text": GOOD, "kept": True}
    return {key: value for key, value in {**own, **changed}.items() if value is not None}


def file(folder: Path, *lines: Any) -> Path:
    path = folder / "definitions.jsonl"
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines))
    return path


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = judged(
        KIND, [(0, GOOD), (1, "no"), (2, f"{GOOD}\u2028"), (2, "Unclear, benign, malignant: is it what?")], "me"
    )
    write(tmp_path / "all.jsonl", [KIND], made)
    assert read(tmp_path / "all.jsonl", {"kind": KIND}) == {"kind": tuple(one for one in made if one.kept)}
    rows = [json.loads(one) for one in (tmp_path / "all.jsonl").read_text().split("\n") if one]
    assert [row["reason"] for row in rows] == ["", "too_short", "repeats", ""]
    assert rows[1]["of"] == KIND.definitions[1]


def test_a_task_that_is_not_built_is_passed_over(tmp_path: Path) -> None:
    assert read(file(tmp_path, line(task="other"), "", line(kept=False)), {"kind": KIND}) == {}


@pytest.mark.parametrize(("broken", "says"), [
    ("{", "line 2: expected one JSON object"),
    ("[1]", "line 2: expected a JSON object, got list"),
    (line(text=None), "line 2: key text: expected a text, got nothing"),
    (line(text=" "), "line 2: key text: expected a text, got ' '"),
    (line(parent=True), "line 2: key parent: expected a whole number from 0, got True"),
    (line(parent=-1), "line 2: key parent: expected a whole number from 0, got -1"),
    (line(kept="yes"), "line 2: key kept: expected true or false, got 'yes'"),
    (line(of=1), "line 2: key of: expected a text, got 1"),
    (line(txet="x"), "line 2: unknown key 'txet'; there are task, parent, text, kept, of, reason, by"),
    (line(parent=3), "line 2: parent 3 of task kind, which has 3 definitions; count from 0"),
    (line(of="another"), "line 2: made of another wording than definition 0 of task kind is now"),
    (line(text="Is it?"), "line 2: task kind has this definition already"),
    (line(text=KIND.definitions[1]), "line 2: task kind has this definition already"),
])  # fmt: skip
def test_a_broken_line_is_named(broken: Any, says: str, tmp_path: Path) -> None:
    path = file(tmp_path, line(text="Is it?"), broken)
    with pytest.raises(UsageError) as caught:
        read(path, {"kind": KIND})
    assert says in str(caught.value) and str(path) in str(caught.value)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not readable .* make it by `medmill definitions`"):
        read(tmp_path / "none.jsonl", {})
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        read(tmp_path / "latin.jsonl", {})
