"""Two invented corpora with what declares them: questions of an examination, and notes of patients."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl


def corpus(name: str, options: Mapping[str, Any], *tasks: str, **told: Any) -> str:
    """A declaration; `told` instead of what is filled in of `[corpus]`."""
    head = {
        "name": name, "title": f"Invented {name}", "licence": "cc-by-4.0", "terms": "Invented.",
        "obtain": f"Ask https://example.org/{name} for it.", "layout": "json-lines", "splits": ["train", "test"],
        **told,
    }  # fmt: skip
    return "\n".join(["[corpus]", _lines(head), "\n[corpus.options]", _lines(options), *tasks])


def task(id_: str, shape: str, fields: Mapping[str, Any], **told: Any) -> str:
    """One of its tasks; `told` instead of what is filled in of `[[task]]`."""
    values = {
        "id": id_, "name": f"Task {id_}", "category": "Question Answering", "shape": shape, "fields": fields,
        "input_language": "en", "output_language": "en", "instruction_language": "en", "domain": "exam",
        "metric": "bleu-rouge", "split": "published", "status": "real", "evidence": "own",
        "definitions": ["Answer the question.", "Say what is right.", "Read this, then give the answer."], **told,
    }  # fmt: skip
    return f"\n[[task]]\n{_lines(values)}"


def _lines(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {_toml(value)}" for key, value in values.items())


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


CHOICE = {"question": "{question}", "options": "{options}", "answer": "{answer}", "numbering": "A-E"}
ANSWER = {"question": "{question}", "answer": "{answer}"}
"""Fields of a question with options, and of one without."""


def exam(folder: Path) -> Path:
    """Questions with options in official splits, one of train that stands in test too, and one that is there twice."""
    place = folder / "exam"
    place.mkdir(parents=True)
    for split, count in (("train", 60), ("test", 20)):
        rows = [
            {"id": f"{split}-{n}", "question": f"Which drug number {n} of {split} is it?",
             "options": [f"drug {letter} of {n}" for letter in "ABCD"], "answer": "ABCD"[n % 4]}
            for n in range(count)
        ]  # fmt: skip
        if split == "train":
            rows.append({**rows[3], "id": "train-again"})
            rows.append({"id": "train-leak", "question": "which drug number 5 of TEST is it",
                         "options": [f"drug {letter} of 5" for letter in "ABCD"], "answer": "B"})  # fmt: skip
        (place / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = {"files": {"train": "train.jsonl", "test": "test.jsonl"}, "id": "{id}"}
    choice = task("exam-choice", "multiple-choice", CHOICE, category="MCQA", metric="accuracy", bench="MCQA")
    (folder / "exam.toml").write_text(corpus("exam", options, choice), encoding="utf-8")
    return folder / "exam.toml"


def notes(folder: Path) -> Path:
    """Notes of patients under an agreement."""
    place = folder / "notes"
    place.mkdir(parents=True)
    rows = pl.DataFrame({
        "id": [f"n{n}" for n in range(90)], "patient": [f"p{n // 3}" for n in range(90)],
        "findings": [f"There is shadow {n} in the lung of invented person {n // 3}." for n in range(90)],
        "impression": [f"Shadow {n}." for n in range(90)],
    })  # fmt: skip
    rows.write_csv(place / "notes.csv")
    options = {"files": {"all": "*.csv"}, "id": "{id}", "document": "{patient}"}
    section = task(
        "notes-impression", "report-section", {"text": "{findings}", "output": "{impression}"},
        category="Text Summarization", split="nine-to-one", bench="Text_summarization",
    )  # fmt: skip
    told = corpus("ward-notes", options, section, licence="credentialed", layout="csv", splits="none")
    (folder / "notes.toml").write_text(told, encoding="utf-8")
    return folder / "notes.toml"
