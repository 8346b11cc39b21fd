"""Tasks by name: each is a folder beside this file, `region-division` in `region_division`."""

from importlib import import_module
from pathlib import Path

from annotators.llm.task import Task
from schemas.errors import UsageError


def names() -> list[str]:
    """All tasks, sorted."""
    return sorted(path.parent.name.replace("_", "-") for path in Path(__file__).parent.glob("*/task.py"))


def chosen(name: str) -> Task:
    """The task of this name; raises `UsageError` that names the choices."""
    if name not in names():
        raise UsageError(f"unknown task {name!r}; expected one of {', '.join(names())}")
    return import_module(f"annotators.llm.tasks.{name.replace('-', '_')}.task").TASK()
