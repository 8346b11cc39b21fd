"""Definitions in other words in a file: a JSON object a line, with the parent of each, read strictly."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from builders.instructions.rewordings import Rewording
from builders.instructions.task import Task
from builders.store import drafted
from schemas.errors import UsageError

_NEEDS: Final = {"task": str, "parent": int, "text": str, "kept": bool}
_MAY: Final = {"of": str, "reason": str, "by": str}
_KINDS: Final = {str: "a text", int: "a whole number from 0", bool: "true or false"}


def write(path: Path, tasks: Sequence[Task], made: Iterable[Rewording]) -> None:
    """A line for each: task, parent and the words of this (`of`), text, kept, reason, by."""
    known = {task.id: task for task in tasks}
    with drafted(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        for one in made:
            of = known[one.task].definitions[one.parent]
            told = {"task": one.task, "parent": one.parent, "of": of, "text": one.text, "kept": one.kept}
            file.write(json.dumps({**told, "reason": one.reason, "by": one.by}, ensure_ascii=False) + "\n")


def read(path: Path, tasks: Mapping[str, Task]) -> dict[str, tuple[Rewording, ...]]:
    """Those that are kept, by task, in the order of the file; tasks that are not asked for are passed over.

    Raises `UsageError` with the line that is broken, or that was made of a definition which is another now.
    """
    found: dict[str, list[Rewording]] = {}
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            told = _checked(f"{path}: line {number}", line)
            if told["task"] in tasks and told["kept"]:
                own = found.setdefault(told["task"], [])
                own.append(_placed(f"{path}: line {number}", told, tasks[told["task"]], own))
    return {task: tuple(own) for task, own in found.items()}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")  # U+2028 ends no line of JSON
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"definitions={path}: not readable ({why}); make it by `medmill definitions`") from error


def _checked(where: str, line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: expected one JSON object; make the file by `medmill definitions`") from error
    if not isinstance(told, dict):
        raise UsageError(f"{where}: expected a JSON object, got {type(told).__name__}; one object a line")
    for key, kind in {**_NEEDS, **_MAY}.items():
        if (key in told or key in _NEEDS) and not _fits(key, value := told.get(key), kind):
            raise UsageError(f"{where}: key {key}: expected {_KINDS[kind]}, got {_shown(value)}; mend this line")
    if strange := sorted(set(told) - set(_NEEDS) - set(_MAY)):
        raise UsageError(f"{where}: unknown key {strange[0][:40]!r}; there are {', '.join((*_NEEDS, *_MAY))}")
    return told


def _fits(key: str, value: Any, kind: type) -> bool:
    """Whether a value is of its kind, a number not below 0, and task and text have words."""
    if type(value) is not kind:
        return False
    return value >= 0 if kind is int else bool(value.strip()) if key in ("task", "text") else True


def _placed(where: str, told: Mapping[str, Any], task: Task, before: Sequence[Rewording]) -> Rewording:
    """The rewording, beside its parent and those that were there."""
    parent, text, ours = told["parent"], told["text"].strip(), task.definitions
    if parent >= len(ours):
        raise UsageError(f"{where}: parent {parent} of task {task.id}, which has {len(ours)} definitions; count from 0")
    if told.get("of", ours[parent]) != ours[parent]:
        raise UsageError(f"{where}: made of another wording than definition {parent} of task {task.id} is now; "
                         "make the file anew")  # fmt: skip
    if text in ours or text in [one.text for one in before]:
        raise UsageError(f"{where}: task {task.id} has this definition already; remove the line")
    return Rewording(task.id, parent, text, "", told.get("by", ""))


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)[:40]
