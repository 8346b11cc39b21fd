"""Two invented corpora with what declares them: questions of an examination, and notes of patients."""

import json
from pathlib import Path

import polars as pl

CORPUS = """
[corpus]
name = "{name}"
title = "Invented {name}"
licence = "{licence}"
terms = "Invented."
obtain = "Ask https://example.org/{name} for it."
layout = "{layout}"
splits = {splits}

[corpus.options]
files = {files}
{options}
"""
TASK = """
[[task]]
id = "{id}"
name = "Task {id}"
category = "{category}"
shape = "{shape}"
fields = {fields}
input_language = "en"
output_language = "en"
instruction_language = "en"
domain = "exam"
metric = "{metric}"
split = "{split}"
status = "real"
evidence = "own"
bench = "{bench}"
definitions = ["Answer the question.", "Say what is right.", "Read this, then give the answer."]
"""


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
    told = CORPUS.format(
        name="exam", licence="cc-by-4.0", layout="json-lines", splits='["train", "test"]',
        files='{ train = "train.jsonl", test = "test.jsonl" }', options='id = "{id}"',
    )  # fmt: skip
    fields = '{ question = "{question}", options = "{options}", answer = "{answer}", numbering = "A-E" }'
    told += TASK.format(id="exam-choice", category="MCQA", shape="multiple-choice", fields=fields, metric="accuracy",
                         split="published", bench="MCQA")  # fmt: skip
    (folder / "exam.toml").write_text(told, encoding="utf-8")
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
    told = CORPUS.format(name="ward-notes", licence="credentialed", layout="csv", splits='"none"',
                          files='{ all = "*.csv" }', options='id = "{id}"\ndocument = "{patient}"')  # fmt: skip
    fields = '{ text = "{findings}", output = "{impression}" }'
    told += TASK.format(id="notes-impression", category="Text Summarization", shape="report-section", fields=fields,
                         metric="bleu-rouge", split="nine-to-one", bench="Text_summarization")  # fmt: skip
    (folder / "notes.toml").write_text(told, encoding="utf-8")
    return folder / "notes.toml"
