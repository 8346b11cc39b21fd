"""MedS-Bench: what a language model can do with the texts of medicine, in the tasks of eleven kinds.

Its items are the test splits of the corpora that MedS-Ins is made of, read by the same declarations: official splits
where a corpus has them, else a tenth of its documents. After MedS-Bench (arXiv 2408.12547), whose twelve folders and
task numbers it keeps. Unlike there, an item names its corpus, its licence and its language, examples never are the item
itself or of its document, and `medmill evaluate meds-bench` scores what an answer says.

Meant for comparing models. A score says how often an answer agrees with that of a corpus, not whether a model is fit
for care. Items of corpora under agreements lie in a table of their own (`items_closed`), which no release takes along.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from annotators.token_counts import TokenCounts
from builders import instances
from builders.base import Group, Map, Recipe, Source, Table
from builders.instances import (
    Unanswerable,
    answer_tables,
    buckets,
    declared_with,
    example_tables,
    instance_tables,
    makers,
    sides,
    wanted_tasks,
)
from builders.instructions.choosing import skipped
from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.task import Task
from builders.settings import NotNegative
from builders.stages.instructions.items import Asked, Items
from builders.stages.instructions.together import Together
from schemas.instructions import BenchItem
from schemas.terms import compose

TITLE: Final = "MedS-Bench: tasks of medicine for language models"
TASKS: Final = ("text-generation", "question-answering", "text-classification")
TAGS: Final = ("medical", "benchmark")
SHOWN_FIRST: Final = "items"


@dataclass(frozen=True)
class Options:
    """Settings of MedS-Bench.

    `own`: TOML files that declare corpora of yours. `tasks`: only these, by id. `require`: with `all`, a corpus of a
    ready task that is not among the sources is an error. `shots`: examples before each item. `leaves_out`: which
    questions of examinations are rejected: those that need a picture (`needs_image`), those that their examiners took
    out of the score (`struck`), or `none`: they stay, and say so in the column `unanswerable`.
    """

    own: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    require: Literal["any", "all"] = "any"
    shots: NotNegative = 3
    leaves_out: tuple[Unanswerable, ...] = ("needs_image", "struck")
    seed: str = "medmill"


def sources(options: Options) -> Mapping[str, Callable[..., Source]]:
    """What reads each corpus of a task of the benchmark."""
    known = declared_with(options.own)
    return makers(known, wanted_tasks(known, options.tasks, bench=True))


def why_not(name: str, options: Options) -> str:
    """Why a corpus is no source of this build, where it is declared."""
    return instances.why_not(declared_with(options.own), options.tasks, name, bench=True)


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MedS-Bench from one or several corpora."""
    corpora = {name: source for name, source in sources.items() if isinstance(source, CorpusFiles)}
    known = declared_with(options.own)
    notes = skipped(known, wanted_tasks(known, options.tasks, bench=True), corpora, options.require)
    spread, leaves_out = buckets(corpora), ("duplicate", *options.leaves_out)
    tables = [
        *instance_tables(corpora, options.seed, TokenCounts(), leaves_out, asked=False, spread=spread),
        *answer_tables(tuple(corpora)),
        *example_tables(tuple(corpora)),
        *(_items(name, source.tasks, options) for name, source in corpora.items()),
    ]
    for table, names in sides(corpora, "items"):
        read = tuple(f"asked.{name}" for name in names)
        tables.append(Table(table, BenchItem, Together(("id",)), read, shape=Group(("id",), spread, of="id")))
    return Recipe("meds-bench", sources, tables, compose([source.terms for source in corpora.values()]), notes=notes)


def _items(name: str, tasks: tuple[Task, ...], options: Options) -> Table:
    asked = {
        task.id: Asked(task.bench, task.bench_id, task.category, task.metric, task.input_language,
                       task.output_language, task.definitions[0]) for task in tasks
    }  # fmt: skip
    items = Items(asked, options.shots, options.seed, options.leaves_out)
    return Table(f"asked.{name}", BenchItem, items, (f"instances.{name}",), shape=Map(of="id"),
                 needs={"examples": f"examples.{name}"}, publish=False)  # fmt: skip
