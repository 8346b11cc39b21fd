"""Answers of a language model to examination questions; each is stored before it is used, so that a run goes on."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from annotators.llm.asking import Failure
from annotators.llm.by_name import LlmByName, llm_named
from annotators.questions.wording import as_asked, language_name

AT_ONCE: Final = 256
"""Questions between two words of progress."""


def model_of(told: str, answers: str, revision: str = "", task: str = "exam-answer") -> LlmByName:
    """The model of `MODEL@URL`, `vllm:FOLDER`, or a folder with a model; raises `UsageError` for anything else."""
    spec = told if told.startswith(("llm:", "vllm:")) else f"llm:{told}" if "@http" in told else f"vllm:{told}"
    return llm_named(spec, task, answers=answers, revision=revision)


def answered(llm: LlmByName, questions: pl.DataFrame, tell: Callable[[int], None]) -> tuple[pl.DataFrame, list[str]]:
    """id, output, rationale of every question, and what to know; one whose answers were no use has an empty output."""
    rows: list[tuple[str, str, str | None]] = []
    lost: Counter[str] = Counter()
    for part in questions.iter_slices(AT_ONCE):
        given = [(("language", language_name(code)),) for code in part["language"]]
        for id_, made in zip(part["id"], llm.annotate(as_asked(part).to_list(), given), strict=True):
            if isinstance(made, Failure) or not made:
                lost[made.reason if isinstance(made, Failure) else "no_words"] += 1
                rows.append((id_, "", None))
            else:
                rows.append((id_, ",".join(made[0]["answer"]), made[0]["rationale"]))
        tell(len(rows))
    notes = [f"{count:,} questions without a usable answer: {reason}" for reason, count in sorted(lost.items())]
    schema = {"id": pl.String, "output": pl.String, "rationale": pl.String}
    return pl.DataFrame(rows, schema, orient="row"), notes


def folder_of_answers(told: Path | None, dataset: Path) -> str:
    """Where answers lie: as told, or beside the build."""
    return str(told or dataset.absolute().with_name(f"{dataset.absolute().name}-answers"))
