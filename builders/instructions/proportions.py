"""Weights and caps as settings name them: by task, by category, by language."""

from collections.abc import Sequence

from builders.instructions.task import Task
from schemas.errors import UsageError


def weights_of(told: Sequence[str], tasks: Sequence[Task]) -> dict[str, float]:
    """The weight of each task: the product of those of itself, its category and the language of its output."""
    named = {name: _number("weights", name, value) for name, value in _pairs("weights", told)}
    known = {name for task in tasks for name in (task.id, task.category, task.output_language)}
    if strange := [name for name in named if name not in known]:
        raise UsageError(f"weights={strange[0]}: no task, category or language of this build; there are {_few(known)}")
    return {
        task.id: named.get(task.id, 1.0) * named.get(task.category, 1.0) * named.get(task.output_language, 1.0)
        for task in tasks
    }


def caps_of(told: Sequence[str], tasks: Sequence[Task]) -> dict[str, int]:
    """The caps of single tasks."""
    named = {name: _number("caps", name, value) for name, value in _pairs("caps", told)}
    if strange := [name for name in named if name not in {task.id for task in tasks}]:
        raise UsageError(f"caps={strange[0]}: no task of this build; there are {_few({task.id for task in tasks})}")
    if broken := [name for name, value in named.items() if value != int(value) or value < 1]:
        raise UsageError(f"caps={broken[0]}={named[broken[0]]:g}: expected a whole number from 1 on")
    return {name: int(value) for name, value in named.items()}


def _pairs(setting: str, told: Sequence[str]) -> list[tuple[str, str]]:
    found = [word.rpartition("=") for word in told if word]
    if bad := [value for name, equals, value in found if not equals or not name]:
        raise UsageError(f"{setting}={bad[0]}: expected NAME=NUMBER, several with commas between")
    pairs = [(name.strip(), value) for name, _, value in found]
    names = [name for name, _ in pairs]
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise UsageError(f"{setting}={twice[0]}: stands there twice; expected each name once, leave one of them out")
    return pairs


def _number(setting: str, name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e12:
        raise UsageError(f"{setting}={name}={value}: expected a number that is not negative")
    return number


def _few(names: set[str]) -> str:
    order = sorted(names)
    return ", ".join(order) if len(order) <= 20 else f"{', '.join(order[:20])} … ({len(order)} in all)"
