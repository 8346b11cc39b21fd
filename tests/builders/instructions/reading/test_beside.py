"""Rows that are grouped, and tables that lie beside a corpus."""

import json

from tests.builders.instructions.reading.own_corpora import every, failure, rows, source, written


def test_a_table_beside_gives_its_columns_under_their_names(tmp_path):
    written(tmp_path / "answer.csv", "id,question_id,content\n1,q1,yes\n2,q9,no\n")
    written(tmp_path / "question.csv", "question_id,content,place\nq1,Why?,ward\nq1,Again?,ward\n")
    beside = {"files": {"all": ("**/question.csv",)}, "on": "question_id"}
    fields = {"question": "{question.content}", "answer": "{content}"}
    frame, _ = rows(source(tmp_path, "csv", every("**/answer.csv", beside=beside, document="{question_id}"), fields))
    assert frame.select("content", "question.content", "place").rows() == [("yes", "Why?", "ward"), ("no", None, None)]


def test_rows_are_grouped_before_they_are_joined_by_the_same_column(tmp_path):
    for split in ("train", "dev"):
        written(tmp_path / f"{split}-inputs.csv", "ReviewID,Title,Abstract\nr2,t1,a1\nr1,t2,a2\nr2,t3,a3\n")
        written(tmp_path / f"{split}-targets.csv", f"ReviewID,Target\nr1,one {split}\nr2,two {split}\n")
    options = {
        "files": {"train": ("train-inputs.csv",), "validation": ("dev-inputs.csv",)},
        "beside": {"files": {"train": ("train-targets.csv",), "validation": ("dev-targets.csv",)}, "on": "ReviewID"},
        "group": "ReviewID", "id": "{ReviewID}",
    }  # fmt: skip
    frame, rejected = rows(source(tmp_path, "csv", options, {"text": "{Title}\n{Abstract}", "summary": "{Target}"}))
    assert frame.select("ReviewID", "Title", "Abstract", "Target", "__split").rows() == [
        ("r2", ["t1", "t3"], ["a1", "a3"], "two train", "train"),
        ("r1", ["t2"], ["a2"], "one train", "train"),
        ("r2", ["t1", "t3"], ["a1", "a3"], "two dev", "validation"),
        ("r1", ["t2"], ["a2"], "one dev", "validation"),
    ]
    assert rejected.height == 0


def test_groups_go_over_the_files_of_a_split(tmp_path):
    for name in ("a", "b"):
        written(tmp_path / f"{name}.jsonl", json.dumps({"text": "same", "drug": name}) + "\n")
    frame, _ = rows(
        source(tmp_path, "json-lines", every("*.jsonl", group="text"), {"text": "{text}", "entities": "{drug}"})
    )
    assert frame.select("text", "drug").rows() == [("same", ["a", "b"])]


def test_rows_of_no_group_stay_rows(tmp_path):
    lines = [{"text": None, "drug": "a"}, {"text": None, "drug": "b"}, {"text": "t", "drug": "c"}]
    written(tmp_path / "a.jsonl", "".join(json.dumps(one) + "\n" for one in lines))
    frame, _ = rows(
        source(tmp_path, "json-lines", every("*.jsonl", group="text"), {"text": "{text}", "entities": "{drug}"})
    )
    assert frame["drug"].to_list() == [["a"], ["b"], ["c"]]


def test_a_column_that_does_not_join_is_an_error(tmp_path):
    written(tmp_path / "a.csv", "question,answer\nq,a\n")
    written(tmp_path / "b.csv", "key,more\nq,x\n")
    beside = {"files": {"all": ("b.csv",)}, "on": "question"}
    assert "no column question" in failure(source(tmp_path, "csv", every("a.csv", beside=beside)))


CODES = {
    "E_1": {"question_en": "Do you cough?", "question_fr": "Toussez-vous ?", "value_meaning": {}},
    "E_2": {"question_en": "Where is the pain?", "value_meaning": {"V_3": {"en": "chest", "fr": "thorax"}}},
}


def test_codes_are_told_by_the_table_of_codes(tmp_path):
    body = "AGE,PATHOLOGY,EVIDENCES,INITIAL_EVIDENCE\n9,Flu,\"['E_1', 'E_2_@_V_3', 'E_2_@_7', 'E_9']\",E_1\n"
    written(tmp_path / "patients.csv", body)
    written(tmp_path / "codes.json", json.dumps(CODES))
    beside = {"files": {"all": ("codes.json",)}, "on": "EVIDENCES"}
    fields = {"label": "{PATHOLOGY}", "columns": ("AGE", "EVIDENCES")}
    frame, _ = rows(source(tmp_path, "csv", every("patients.csv", beside=beside), fields, shape="key-values"))
    assert frame["EVIDENCES"].to_list() == [
        "Do you cough? yes\nWhere is the pain? chest\nWhere is the pain? 7\nE_9",
    ]
    assert frame["INITIAL_EVIDENCE"].to_list() == ["Do you cough? yes"]
