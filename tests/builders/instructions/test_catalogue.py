"""The catalogue of MedS-Ins: every declaration is sound, and claims no more than is known."""

from collections import Counter

import polars as pl
import pytest

from annotators.languages import Languages
from builders.discovery import names
from builders.instructions.declaration import read
from builders.instructions.declared import CATALOGUE, FURTHER, declared, with_own
from builders.instructions.fields import columns
from builders.instructions.words import CATEGORIES, MORE_CATEGORIES, READY
from schemas.errors import UsageError
from schemas.exam_questions import ReadQuestion
from tests.builders.instructions.own_corpus import written
from tests.builders.instructions.seen import SEEN

ABSENT = {*range(4, 11), 30, 32, 34, 121, 122, 123, 127}
"""Numbers that the published set of 122 tasks leaves out."""
BENCH = {
    "MCQA": 8, "Text_summarization": 16, "Information_extraction": 5, "Explanation": 3, "Rationale": 6, "NER": 4,
    "Diagnosis": 1, "Treatment_planning": 1, "Clinical_outcome_prediction": 3, "Text_classification": 1,
    "Fact_verication": 3, "NLI": 2,
}  # fmt: skip
"""Files in the folders of MedS-Bench: 53."""
ALL = list(declared().tasks.values())
TASKS = [task for task in ALL if task.published]
READY_TASKS = [task for task in ALL if task.ready]


def test_the_ids_are_the_122_published_ones():
    assert [int(task.id) for task in TASKS] == sorted(set(range(1, 137)) - ABSENT)
    assert len(TASKS) == 122


def test_the_catalogue_holds_these_alone_and_what_is_ours_stands_beside_it():
    catalogue = [task for path in CATALOGUE.glob("*.toml") for task in read(path).tasks]
    assert {task.id for task in catalogue} == {task.id for task in TASKS}
    further = [task for path in FURTHER.glob("*.toml") for task in read(path).tasks]
    assert [task.id for task in further if task.id.isdecimal() or task.evidence != "own" or task.status != "real"] == []
    assert [task.id for task in ALL] == [task.id for task in TASKS] + [task.id for task in ALL if not task.published]


def test_every_file_is_one_corpus_of_its_name():
    files = [*CATALOGUE.glob("*.toml"), *FURTHER.glob("*.toml")]
    assert [read(path).corpus.name for path in files] == [path.stem for path in files]
    assert set(declared().corpora) == {path.stem for path in files}


def test_categories_and_evidence_are_those_of_the_published_tasks():
    category = Counter(task.category for task in TASKS)
    assert set(category) <= {*CATEGORIES, *MORE_CATEGORIES}
    assert category["Text Summarization"] == 25 and category["MCQA"] == 10 and category["Rationale"] == 6
    assert Counter(task.evidence for task in TASKS) == {"inferred": 53, "repo-script": 47, "HF-filename": 22}


def test_a_status_says_no_more_than_is_known():
    by_status = {status: [task for task in ALL if task.status == status] for status in {t.status for t in ALL}}
    assert {task.corpus for task in by_status["real"]} == set(SEEN)
    assert {task.corpus for task in by_status["format"]} & set(SEEN) == set()
    assert {int(task.id) for task in by_status["not-rebuilt"]} == {39, 72}
    assert all(task.corpus.startswith("unidentified") and task.note for task in by_status["unidentified"])
    assert not [task.id for task in READY_TASKS if task.corpus.startswith("unidentified")]


def test_mistakes_of_the_published_scripts_are_noted_and_not_repeated():
    task = declared().task
    assert task(65).corpus == "medicationqa" and "LiveQA by mistake" in task(65).note
    assert task(131).corpus == "seer" and "DDXPlus by mistake" in task(131).note
    assert "test.tsv" in task(128).note and "train" in task(128).options["files"]
    assert "medicine" in task("39").note and not task(39).ready


def test_the_folders_of_meds_bench_hold_what_they_publish():
    benched = [task for task in TASKS if task.bench]
    assert Counter(task.bench for task in benched) == BENCH
    assert len({task.bench_id for task in benched}) == 53
    assert {task.bench_id for task in benched} - {task.id for task in TASKS} == {"122", "123", "127"}


def test_a_ready_task_has_four_definitions_and_shares_none():
    assert [task.id for task in READY_TASKS if len(task.definitions) < 4] == []
    assert [task.id for task in TASKS if task.status not in READY and task.definitions] == []
    count = Counter(text for task in READY_TASKS for text in task.definitions)
    assert [text for text, times in count.items() if times > 1] == []


def test_a_definition_names_every_label_of_the_answer():
    silent = [
        (task.id, word)
        for task in READY_TASKS
        for word in {*task.fields.get("words", {}).values(), *filter(None, [task.fields.get("none")])}
        for text in task.definitions
        if word.lower() not in text.lower()
    ]
    assert silent == []


def test_choices_that_are_few_stand_in_every_definition():
    listed = [task for task in READY_TASKS if isinstance(task.fields.get("options"), tuple)]
    few = [task for task in listed if not columns(" ".join(task.fields["options"]))]
    assert {task.id for task in few} == {"124", "131"}
    assert [
        task.id for task in few for one in task.fields["options"] for text in task.definitions if one not in text
    ] == []


def test_definitions_are_in_the_language_of_the_instruction():
    texts = pl.Series([" ".join(task.definitions) for task in READY_TASKS])
    found = Languages().annotate(texts)["language"].to_list()
    assert found == [task.instruction_language for task in READY_TASKS]
    assert {"zh", "ja", "fr", "ru", "es", "en"} == set(found)


def test_licences_close_what_an_agreement_closes():
    closed = {name for name, corpus in declared().corpora.items() if corpus.licence == "credentialed"}
    assert {name for name in declared().corpora if name.startswith("mimic")} | {"mednli", "seer"} == closed


def test_sources_of_medmill_that_are_named_exist():
    named = {str(task.options["source"]) for task in READY_TASKS if "source" in task.options}
    assert named <= set(names("source")) and "mimic-iv-note" in named


def test_questions_of_our_sources_are_asked_by_columns_they_have():
    known = {*ReadQuestion.columns(), "question_en", "options_en"}
    asked = {
        column
        for task in READY_TASKS
        if declared().corpora[task.corpus].layout == "exam-source"
        for value in task.fields.values()
        if isinstance(value, str)
        for column in columns(value)
    }
    assert asked - known == set() and len(asked) > 4


def test_declarations_are_read_once():
    assert declared() is declared()


def test_a_corpus_from_outside_stands_beside_the_catalogue(tmp_path):
    both = with_own([written(tmp_path)])
    assert [task.id for task in both.of("ward-questions")] == ["ward-answer", "ward-kind"]
    assert list(both.tasks) == [*declared().tasks, "ward-answer", "ward-kind"]
    assert "ward-answer" not in declared().tasks


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "ward-answer"', "id = 12", "task 12, key id: expected a new one, got '12' of "),
        ('name = "ward-questions"', 'name = "headqa"', "corpus, key name: expected a new one, got 'headqa' of "),
    ],
)
def test_a_corpus_from_outside_takes_no_name_of_the_catalogue(tmp_path, old, new, told):
    path = written(tmp_path, old, new)
    with pytest.raises(UsageError) as error:
        with_own([path])
    assert str(error.value).startswith(f"{path}: {told}") and ".toml; rename it" in str(error.value)


def test_two_corpora_from_outside_share_no_name(tmp_path):
    with pytest.raises(UsageError, match="ward-questions"):
        with_own([written(tmp_path), written(tmp_path, name="again.toml")])


def test_what_is_not_declared_is_told():
    with pytest.raises(UsageError, match="no task is called 4"):
        declared().task(4)
    with pytest.raises(UsageError, match="no corpus is called chexpert"):
        declared().of("chexpert")
