"""What of a corpus is asked for in one reading: its layout, its options, and the columns that the tasks name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import polars as pl

from builders.instructions.fields import columns
from builders.instructions.reading import templates
from builders.instructions.task import Corpus, Task
from builders.sources.csv_files import shown
from schemas.errors import SourceError

FILE: Final = "file"
LABEL: Final = "__file"
"""The file of a row in its id: a corpus may have a column `file` of its own."""
NAME: Final = "name"
KEY: Final = "key"
_TEMPLATES: Final = ("id", "document", "licence")


@dataclass(frozen=True)
class Asked:
    """One reading of a corpus; `columns` are those without which its tasks cannot be made."""

    corpus: str
    layout: str
    options: Mapping[str, Any]
    columns: tuple[str, ...]

    def text(self, option: str, default: str = "") -> str:
        """An option that is a text."""
        return str(self.options.get(option, default))

    def several(self, option: str) -> tuple[str, ...]:
        """An option that is a list of texts."""
        return tuple(self.options.get(option, ()))

    def lacking(self, frame: pl.DataFrame) -> list[str]:
        """The columns that a frame should have and does not."""
        return [name for name in self.columns if name != FILE and templates.column(frame, name) is None]

    def demand(self, path: str, frame: pl.DataFrame) -> None:
        """Raise a `SourceError` that names what is missing, what is there, and what comes nearest."""
        if missing := self.lacking(frame):
            there = [name for name in _paths(frame.schema) if name not in (FILE, NAME)]
            near = {name: get_close_matches(name, there, 1) for name in missing}
            meant = "".join(f"; for {name} there is {close[0]}" for name, close in near.items() if close)
            raise SourceError(
                f"{path}: no column {', '.join(missing)}; the tasks of {self.corpus} need {', '.join(self.columns)}, "
                f"{shown(there, 'found') if there else 'found none'}{meant}; is this another version of the corpus?"
            )


def asked_of(corpus: Corpus, options: Mapping[str, Any], tasks: Iterable[Task]) -> Asked:
    """What the tasks of one reading ask for."""
    named = [name for task in tasks for name in _named(task)]
    named += [name for option in _TEMPLATES for name in columns(str(options.get(option, "")))]
    named += [*options.get("where", ()), *options.get("lists", ())]
    named += [options["group"]] if "group" in options else []
    return Asked(corpus.name, corpus.layout, options, tuple(dict.fromkeys(named)))


def _named(task: Task) -> Iterator[str]:
    """The columns of the fields of a task; `is_swapped` is made from others."""
    made = {"is_swapped"} if "swapped" in task.fields else set[str]()
    for slot, value in task.fields.items():
        texts: Sequence[str] = (value,) if isinstance(value, str) else tuple(value)
        yield from (name for one in texts for name in columns(one) if name not in made)
        if task.shape == "key-values" and slot == "columns":
            yield from texts


def _paths(schema: Mapping[str, pl.DataType], above: str = "") -> Iterator[str]:
    for name, kind in schema.items():
        if name.startswith("__"):
            continue
        yield above + name
        if isinstance(kind, pl.Struct):
            yield from _paths({field.name: field.dtype for field in kind.fields}, f"{above}{name}.")  # type: ignore[misc]
