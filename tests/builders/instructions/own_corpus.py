"""A declaration as a user would write one, of questions that nobody has."""

from pathlib import Path

TEXT = """
[corpus]
name = "ward-questions"
title = "Questions of a ward, invented"
licence = "cc-by-4.0"
terms = "Ours."
obtain = "Ask the ward."
layout = "json-lines"
splits = "none"

[corpus.options]
files = { all = "*.jsonl" }
document = "{patient}"

[[task]]
id = "ward-answer"
name = "Answer of the ward"
category = "Question Answering"
shape = "question-answer"
fields = { question = "{question}", answer = "{answer}" }
input_language = "en"
output_language = "en"
instruction_language = "en"
domain = "conversation"
metric = "bleu-rouge"
split = "nine-to-one"
status = "real"
evidence = "own"
definitions = [
  "Answer the question of the ward.",
  "Write what the ward should know.",
  "Reply to the nurse in two sentences.",
]

[[task]]
id = "ward-kind"
name = "Kind of question"
category = "Text Classification"
shape = "classification"
fields = { text = "Asked: {question}", label = "{kind}", words = { d = "drug", o = "other" } }
options = { where = { checked = ["yes"] } }
input_language = "en"
output_language = "en"
instruction_language = "en"
domain = "conversation"
metric = "accuracy"
split = "test-only"
status = "format"
evidence = "own"
note = "Kinds are those of the ward."
definitions = [
  "Is the question about a drug? Write drug or other.",
  "Label the question: drug, or other.",
  "Choose one of drug and other for what is asked.",
]
"""


def written(folder: Path, old: str = "", new: str = "", name: str = "ward.toml") -> Path:
    """The declaration as a file, with one of its pieces replaced."""
    assert old in TEXT
    path = folder / name
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT, encoding="utf-8")
    return path
