"""All declared tasks: the published ones, further ones beside them, and a user's own from anywhere.

The folder `catalogue` holds the 122 tasks of MedS-Ins and nothing else; `further` holds open corpora of the same
shapes, whose tasks have slugs for ids.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from builders.instructions.declaration import read
from builders.instructions.task import Corpus, Declaration, Task
from schemas.errors import UsageError

CATALOGUE: Final = Path(__file__).parent / "catalogue"
FURTHER: Final = Path(__file__).parent / "further"


_LAST: Final = 10**9
"""Tasks with slugs stand behind all numbers, in the order of their files."""


@dataclass(frozen=True)
class Declared:
    """Corpora by their names and tasks by their ids, numbers first and in order."""

    corpora: Mapping[str, Corpus]
    tasks: Mapping[str, Task]

    def of(self, corpus: str) -> tuple[Task, ...]:
        """The tasks of a corpus; raises `UsageError` for an unknown one."""
        if corpus not in self.corpora:
            raise UsageError(f"no corpus is called {corpus}; there are {', '.join(self.corpora)}")
        return tuple(task for task in self.tasks.values() if task.corpus == corpus)

    def task(self, id_: str | int) -> Task:
        """A task by its id; raises `UsageError` for an unknown one."""
        if str(id_) not in self.tasks:
            raise UsageError(f"no task is called {id_}; `medmill sources --dataset meds-ins` lists them")
        return self.tasks[str(id_)]


@cache
def declared() -> Declared:
    """All that is declared here."""
    return _together(_ours())


def with_own(paths: Iterable[Path]) -> Declared:
    """What is declared here and in the files of a user; an id or a corpus that is there already is an error."""
    return _together([*_ours(), *((path, read(path)) for path in paths)])


def _ours() -> list[tuple[Path, Declaration]]:
    return [(path, read(path)) for folder in (CATALOGUE, FURTHER) for path in sorted(folder.glob("*.toml"))]


def _together(files: Iterable[tuple[Path, Declaration]]) -> Declared:
    corpora: dict[str, tuple[Path, Corpus]] = {}
    tasks: dict[str, tuple[Path, Task]] = {}
    for path, one in files:
        if one.corpus.name in corpora:
            raise _twice(path, "corpus", "name", one.corpus.name, corpora[one.corpus.name][0])
        corpora[one.corpus.name] = path, one.corpus
        for task in one.tasks:
            if task.id in tasks:
                raise _twice(path, f"task {task.id}", "id", task.id, tasks[task.id][0])
            tasks[task.id] = path, task
    order = sorted(tasks, key=lambda id_: int(id_) if id_.isdecimal() else _LAST)
    return Declared({name: corpus for name, (_, corpus) in corpora.items()}, {id_: tasks[id_][1] for id_ in order})


def _twice(path: Path, where: str, key: str, value: str, other: Path) -> UsageError:
    return UsageError(f"{path}: {where}, key {key}: expected a new one, got {value!r} of {other}; rename it")
