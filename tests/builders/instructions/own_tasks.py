"""Corpora of one task each, declared as a user would, whatever their layout."""

from pathlib import Path

_TEXT = """
[corpus]
name = "{name}"
title = "{name}, invented"
licence = "cc-by-4.0"
terms = "Ours."
obtain = "Ask the ward."
layout = "{layout}"
splits = {splits}

[corpus.options]
{options}

[[task]]
id = "{name}-task"
name = "Task of {name}"
category = "Question Answering"
shape = "{shape}"
fields = {{ {fields} }}
input_language = "en"
output_language = "en"
instruction_language = "en"
domain = "exam"
metric = "contained"
split = "{split}"
bench = "Explanation"
status = "real"
evidence = "own"
definitions = ["Do what {name} ask for.", "Answer as {name} do it.", "What is to be written for {name}?"]
"""
ANSWERS = 'question = "{question}", answer = "{answer}"'
SPANS = 'text = "{text}", entities = "{entities}"'
PARTED = 'files = { train = "train*", test = "test*" }'


def declared(
    folder: Path, name: str, layout: str, options: str, shape: str = "question-answer", fields: str = ANSWERS
) -> Path:
    """The file that declares a corpus; its splits are published where its files are of some."""
    parted = "train =" in options
    path = folder / f"{name}.toml"
    path.write_text(
        _TEXT.format(
            name=name, layout=layout, options=options, shape=shape, fields=fields,
            split="published" if parted else "nine-to-one", splits='["train", "test"]' if parted else '"none"',
        ), encoding="utf-8",
    )  # fmt: skip
    return path
