"""Tasks in the files that MedS-Ins is published in: one JSON object per task with its instances."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from annotators.questions.wording import language_name
from builders.instructions.task import Corpus, Task
from builders.store import drafted

KEYS: Final = (
    "Contributors", "Source", "URL", "Categories", "Reasoning", "Definition", "Input_language", "Output_language",
    "Instruction_language", "Domains", "Positive Examples", "Negative Examples", "Instances",
)  # fmt: skip
"""All published keys, in the published order."""
_URL: Final = re.compile(r"https?://[^\s,;:)]+")


def file_name(task: Task) -> str:
    """`task45_synonym_of_a_disease.json`."""
    words = re.sub(r"[^a-z0-9]+", "_", task.name.lower()).strip("_")
    return f"{'task' if task.id.isdecimal() else ''}{task.id}_{words}.json"


def write(folder: Path, task: Task, corpus: Corpus, instances: pl.DataFrame, examples: pl.DataFrame) -> Path:
    """Write one task and return the path of its file.

    `instances`: id, input and outputs; `examples`: input and output.
    """
    path = folder / file_name(task)
    head = _head(task, corpus)
    head["Positive Examples"] = [
        {"input": asked, "output": answer, "explanation": ""}
        for asked, answer in examples.select("input", "output").iter_rows()
    ]
    head["Negative Examples"] = []
    with drafted(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}"))
        file.write(',\n "Instances": [')
        for number, row in enumerate(instances.select("id", "input", output="outputs").iter_rows(named=True)):
            file.write((",\n  " if number else "\n  ") + json.dumps(row, ensure_ascii=False))
        file.write("\n ]\n}\n")
    return path


def _head(task: Task, corpus: Corpus) -> dict[str, Any]:
    url = _URL.search(corpus.obtain)
    return {
        "Contributors": ["medmill"],
        "Source": [corpus.title],
        "URL": [url[0]] if url else [],
        "Categories": [task.category],
        "Reasoning": [],
        "Definition": list(task.definitions),
        "Input_language": _languages(task.input_language),
        "Output_language": _languages(task.output_language),
        "Instruction_language": _languages(task.instruction_language),
        "Domains": [task.domain],
    }


def _languages(codes: str) -> list[str]:
    return [language_name(code) for code in codes.split("/")]


def definitions(head: dict[str, Any]) -> Sequence[str]:
    """The wordings in a task file, whether it has one or several."""
    told = head.get("Definition", [])
    return [told] if isinstance(told, str) else [str(one) for one in told]
