"""In how many ways the tasks of a corpus read it: those whose options are equal share a reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from builders.instructions.task import Task


@dataclass(frozen=True)
class Reading:
    """Options of the layout, and the tasks that are made of the rows they give."""

    options: Mapping[str, Any]
    tasks: tuple[Task, ...]


def readings(tasks: Iterable[Task]) -> tuple[Reading, ...]:
    """The readings in the order of their first tasks; `rows.READING` counts them from 0."""
    found: list[tuple[Mapping[str, Any], list[Task]]] = []
    for task in tasks:
        own = next((held for options, held in found if options == task.options), None)
        if own is None:
            found.append((task.options, [task]))
        else:
            own.append(task)
    return tuple(Reading(options, tuple(held)) for options, held in found)
