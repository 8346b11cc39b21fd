"""Which declared tasks a build makes, and which corpora of them it does without."""

from collections.abc import Collection, Sequence
from typing import Literal

from builders.instructions.declared import Declared
from builders.instructions.task import Task
from schemas.errors import UsageError


def chosen_tasks(known: Declared, wanted: Sequence[str]) -> tuple[Task, ...]:
    """The tasks that are wanted, all ready ones where none is named; raises `UsageError` for one that is not ready."""
    if not wanted:
        return tuple(task for task in known.tasks.values() if task.ready)
    found = [known.task(id_) for id_ in dict.fromkeys(wanted)]
    if not_ready := [task for task in found if not task.ready]:
        one = not_ready[0]
        raise UsageError(f"task {one.id} is {one.status}: {one.note}")
    return tuple(found)


def skipped(
    known: Declared, tasks: Sequence[Task], given: Collection[str], require: Literal["any", "all"]
) -> tuple[str, ...]:
    """A line for each corpus that is not given: what it is, its licence, how to get it; `all` makes it an error."""
    names = [name for name in dict.fromkeys(task.corpus for task in tasks) if name not in given]
    if names and require == "all":
        raise UsageError(f"require=all: no source is given for {', '.join(names)}; `medmill sources --dataset "
                         "meds-ins` says how to obtain them")  # fmt: skip
    return tuple(_line(known, name, [task.id for task in tasks if task.corpus == name]) for name in names)


def _line(known: Declared, name: str, tasks: Sequence[str]) -> str:
    corpus = known.corpora[name]
    count = f"task {tasks[0]}" if len(tasks) == 1 else f"tasks {', '.join(tasks)}"
    return f"skipped: {name} ({count}): {corpus.title}; licence {corpus.licence}; {corpus.obtain}"
