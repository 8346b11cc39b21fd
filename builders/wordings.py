"""The definitions that the chats of a build are given: the declared ones, then those of a file of rewordings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from builders.instructions.rewordings import Rewording
from builders.instructions.rewordings_file import read
from builders.instructions.task import Task
from builders.stages.instructions.chats import Wording
from builders.stages.instructions.definitions import Told

Rewordings = Mapping[str, Sequence[Rewording]]


def rewordings_of(file: str, tasks: Sequence[Task]) -> Rewordings:
    """Those of a file that are kept, by task; none without a file. Raises `UsageError` with the line that is broken."""
    return read(Path(file), {task.id: task for task in tasks}) if file else {}


def wordings_of(tasks: Sequence[Task], more: Rewordings) -> dict[str, Wording]:
    """What the chats of each task say and carry."""
    return {
        task.id: Wording(
            task.category, task.input_language, task.output_language, task.instruction_language,
            (*task.definitions, *(one.text for one in more.get(task.id, ()))),
        ) for task in tasks
    }  # fmt: skip


def told_of(tasks: Sequence[Task], more: Rewordings) -> tuple[Told, ...]:
    """The same definitions one by one, with what they were made of."""
    found: list[Told] = []
    for task in tasks:
        found += [Told(task.id, number, text) for number, text in enumerate(task.definitions)]
        first = len(task.definitions)
        found += [Told(task.id, number, one.text, one.parent, one.by or None)
                  for number, one in enumerate(more.get(task.id, ()), first)]  # fmt: skip
    return tuple(found)
