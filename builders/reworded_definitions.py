"""Definitions of tasks in other words by a language model; every answer is stored before it is judged."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from annotators.llm.asking import Failure
from annotators.llm.by_name import LlmByName
from annotators.questions.wording import language_name
from builders.exam_answers import model_of
from builders.instructions.fixed_words import closed_words
from builders.instructions.rewordings import Rewording, judged, kept_words
from builders.instructions.task import Task

AT_ONCE: Final = 256
"""Definitions between two words of progress."""
_TOKENS: Final = 256
"""Of one version; those that repeat ten long labels are the longest."""


def reworder(told: str, answers: str, revision: str, number: int) -> LlmByName:
    """The model of `MODEL@URL`, `vllm:FOLDER` or a folder; raises `UsageError` for anything else."""
    llm = model_of(told, answers, revision, "definition")
    return replace(llm, most_tokens=max(llm.most_tokens, number * _TOKENS))


def reworded(
    llm: LlmByName, tasks: Sequence[Task], number: int, tell: Callable[[int], None]
) -> tuple[list[Rewording], Counter[str]]:
    """Every version that came, with the reason where it is not kept, and why definitions have none.

    In the order of tasks, definitions and versions.
    """
    asked = [(task, parent) for task in tasks for parent in range(len(task.definitions))]
    by = llm.engine.partition("@")[0]
    made: dict[str, list[tuple[int, str]]] = {task.id: [] for task in tasks}
    lost: Counter[str] = Counter()
    for first in range(0, len(asked), AT_ONCE):
        part = asked[first : first + AT_ONCE]
        texts = [task.definitions[parent] for task, parent in part]
        said = llm.annotate(texts, [_given(task, parent, number) for task, parent in part])
        for (task, parent), answer in zip(part, said, strict=True):
            if isinstance(answer, Failure):
                lost[answer.reason] += 1
            else:
                made[task.id] += [(parent, row["text"]) for row in answer]
        tell(first + len(part))
    return [one for task in tasks for one in judged(task, made[task.id], by)], lost


def _given(task: Task, parent: int, number: int) -> tuple[tuple[str, str], ...]:
    keep = " | ".join(kept_words(task.definitions[parent], closed_words(task)))
    return ("language", language_name(task.instruction_language)), ("number", str(number)), ("keep", keep or "-")
