"""Declared tasks as a person reads them, corpus by corpus, or as JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from builders.instructions.declared import Declared
from builders.instructions.task import Corpus, Task
from builders.instructions.words import STATUSES

if TYPE_CHECKING:
    from rich.console import Console

_MEANING: Final = {
    "real": "files of the corpus were seen",
    "format": "the documented layout alone is known here",
    "unidentified": "nobody published what the source is",
    "not-rebuilt": "left out, and the task says why",
}
_COLUMNS: Final = ("task", "category", "languages", "status")


def shown(all_: Declared, corpus: str | None, *, as_json: bool) -> None:
    """Print all tasks, or those of one corpus."""
    names = [corpus] if corpus else sorted(all_.corpora, key=lambda name: _first(all_, name))
    held = {name: all_.of(name) for name in names}
    if as_json:
        rows = [entry(task, all_.corpora[name]) for name, tasks in held.items() for task in tasks]
        print(json.dumps({"tasks": rows}, indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    console = Console(highlight=False)
    for name, tasks in held.items():
        _corpus(console, all_.corpora[name], tasks)
    _counts(console, [task for tasks in held.values() for task in tasks])


def _first(all_: Declared, corpus: str) -> int:
    """Where the first task of a corpus stands: corpora are listed in the order of the tasks."""
    return [task.corpus for task in all_.tasks.values()].index(corpus)


def entry(task: Task, corpus: Corpus) -> dict[str, Any]:
    """A task with what is to be known of its corpus."""
    told = {key: value for key, value in asdict(task).items() if key != "options"}
    return {**told, "licence": corpus.licence, "terms": corpus.terms, "obtain": corpus.obtain}


def languages(task: Task) -> str:
    """`en`, or `en > es` where the answer is in another language."""
    pair = (task.input_language, task.output_language)
    return pair[0] if pair[0] == pair[1] else " > ".join(pair)


def _corpus(console: "Console", corpus: Corpus, tasks: Sequence[Task]) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    about = Table(box=None, show_header=False, pad_edge=False, title=Text(corpus.name), title_justify="left")
    licence = f"{corpus.licence}: {corpus.terms}"
    for key, words in (("what", corpus.title), ("licence", licence), ("obtain", corpus.obtain)):
        about.add_row(Text(key), Text(words))
    table = Table(Column("id", no_wrap=True), *_COLUMNS, box=None, pad_edge=False, header_style="")
    for task in tasks:
        name = task.name if not task.note or task.ready else f"{task.name}. {task.note}"
        table.add_row(*map(Text, (task.id, name, task.category, languages(task), task.status)))
    console.print(about, table, Text())


def _counts(console: "Console", tasks: Sequence[Task]) -> None:
    for kind, of_kind in (("published", True), ("other", False)):
        some = [task for task in tasks if task.published is of_kind]
        count = Counter(task.status for task in some)
        if some:
            corpora = len({task.corpus for task in some})
            console.print(f"{len(some)} {kind} tasks of {corpora} {'corpus' if corpora == 1 else 'corpora'}")
        for status in STATUSES:
            if count[status]:
                console.print(f"{count[status]:5} {status}: {_MEANING[status]}")
