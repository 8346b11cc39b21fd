"""The tables that make instances of corpora, compare them, and choose examples: what MedS-Ins and MedS-Bench share."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal

from annotators.token_counts import TokenCounts
from builders.base import Collect, Group, Map, Source, Table
from builders.deduplication import DedupOptions, buckets_for, dedup_tables
from builders.instructions.choosing import chosen_tasks
from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.declared import Declared, declared, with_own
from builders.instructions.task import Task
from builders.instructions.words import BENCH
from builders.sealed import identity
from builders.stages.instructions.answers import Answers, AnswerSums
from builders.stages.instructions.contaminated import Contaminated
from builders.stages.instructions.convert import Convert
from builders.stages.instructions.drawable import DrawableRows
from builders.stages.instructions.examples import Candidates, Examples
from builders.stages.instructions.flaws import Flaws, Limits
from builders.stages.instructions.keys import Keys
from builders.stages.instructions.near import NearFates, Nears
from builders.stages.instructions.texts import Texts
from builders.stages.instructions.twins import SharedDocuments, Twins
from builders.stages.mill.question_index import QuestionIndex
from schemas.contamination import Overlap, Question, QuestionRuns
from schemas.instructions import (
    AnswerCount,
    Drawable,
    Example,
    Instance,
    InstanceFate,
    InstanceFlaw,
    InstanceKey,
    InstanceText,
    NearInstance,
    SizeLimit,
)

QUESTIONS: Final = "benchmark-questions"
Unanswerable = Literal["needs_image", "struck", "none"]
Leaves = Literal[
    "none",
    "duplicate",
    "near_duplicate",
    "near_elsewhere",
    "near_test",
    "elsewhere",
    "conflict",
    "empty_output",
    "truncated",
    "wrong_language",
    "too_long",
    "personal_data",
    "needs_image",
    "struck",
]
_BYTES_PER_BUCKET: Final = 16_000_000
"""Of corpora; chats with examples are several times as large, as is what near copies of short texts are found by."""
_TEMPLATE: Final = 20
"""A run of words in more items of a benchmark than this is its form, and no sign of any one of them."""
_FATES: Final = ("twins", "documents")
_ROWS: Final = "key-values"
"""The shape of tasks whose inputs are rows of a table."""


def declared_with(own: Sequence[str]) -> Declared:
    """What is declared here and in files of a user."""
    return with_own([Path(path) for path in own])


def makers(known: Declared, tasks: Sequence[Task]) -> dict[str, Callable[..., Source]]:
    """What reads each corpus of the tasks."""
    own = {corpus: tuple(task for task in tasks if task.corpus == corpus) for corpus in _corpora(tasks)}
    return {name: partial(CorpusFiles, corpus=known.corpora[name], tasks=held) for name, held in own.items()}


def why_not(known: Declared, wanted: Sequence[str], name: str, *, bench: bool) -> str:
    """Why a declared corpus is no source of a build of `wanted` tasks, and what to write; nothing for other names."""
    if name not in known.corpora:
        return ""
    own = known.of(name)
    if not (ready := [task for task in own if task.ready]):
        return f"it has no task that can be made: {own[0].id} is {own[0].status}"
    if bench and name in declared().corpora and not any(task.bench for task in ready):
        return "none of its tasks is in the benchmark; leave it out"
    if bench and not any(task.bench for task in ready):
        return (f'no task of its declaration is in the benchmark; write bench = "MCQA", or another of '
                f"{', '.join(BENCH)}, into a [[task]] of it")  # fmt: skip
    able = [task.id for task in ready if task.bench or not bench]
    return f"tasks={','.join(wanted)} names none of its tasks; add one of {', '.join(able)}"


def _corpora(tasks: Sequence[Task]) -> list[str]:
    return list(dict.fromkeys(task.corpus for task in tasks))


def question_tables() -> list[Table]:
    """The questions of benchmarks, and what is looked for to find them."""
    index = QuestionIndex(most=_TEMPLATE)
    return [
        Table(f"questions.{QUESTIONS}", Question, source=QUESTIONS, publish=False),
        Table("questions", QuestionRuns, index, (f"questions.{QUESTIONS}",), shape=Collect(), publish=False),
    ]


def instance_tables(
    corpora: Mapping[str, CorpusFiles],
    seed: str,
    counts: TokenCounts,
    leaves_out: tuple[str, ...],
    *,
    asked: bool,
    spread: int,
    similarity: float = 0.0,
    subjects: frozenset[str] = frozenset(),
) -> list[Table]:
    """From corpora to `instances.NAME` and `drawable.NAME`.

    `asked`: questions of benchmarks are known. `spread`: what `buckets` said. `similarity`: of words, from which on
    instances are near copies; 0: none are looked for. `subjects`: patients of MIMIC that are never trained on.
    """
    made = [table for name, source in corpora.items() for table in _made(name, source, Keys(seed, counts), seed)]
    keys = tuple(f"keys.{name}" for name in corpora)
    made.append(Table("limits", SizeLimit, Limits(), keys, shape=Collect(("task", "size")), split=None,
                      input_id="task"))  # fmt: skip
    made += [_flaws(name, source) for name, source in corpora.items()]
    found = [table for name in corpora for table in _found(name)] if asked else []
    drawable = DrawableRows(leaves_out, identity(subjects), subjects)
    fates = (*_FATES, *(("near",) if similarity else ()))
    return [
        *made,
        *found,
        *(_near(corpora, similarity, spread) if similarity else []),
        *_compared(keys, spread),
        *(_drawable(name, drawable, fates, asked=asked) for name in corpora),
    ]


def _near(corpora: Mapping[str, CorpusFiles], similarity: float, buckets: int) -> list[Table]:
    """Near copies over all corpora, tasks and splits, by MinHash."""
    rows = {name: tuple(task.id for task in source.tasks if task.shape == _ROWS) for name, source in corpora.items()}
    texts = [Table(f"passed.{name}", InstanceText, Texts(rows[name]), (f"instances.{name}",), shape=Map(of="id"),
                   publish=False) for name in corpora]  # fmt: skip
    sides = [Table(f"near.{name}", NearInstance, Nears(), (f"keys.{name}",), shape=Map(of="id"),
                   needs={"duplicates": "duplicates"}, publish=False) for name in corpora]  # fmt: skip
    fates = Table("near", InstanceFate, NearFates(), tuple(table.name for table in sides),
                  shape=Group(("kept",), buckets, of="id"), split=None)  # fmt: skip
    return [*texts, *dedup_tables(corpora, DedupOptions(similarity, buckets=buckets)), *sides, fates]


def _made(name: str, source: CorpusFiles, keys: Keys, seed: str) -> list[Table]:
    convert = Convert(source.tasks, seed)
    return [
        Table(f"instances.{name}", Instance, convert, source=name, shape=Map(of="row"), publish=False,
              input_id="__id"),
        Table(f"keys.{name}", InstanceKey, keys, (f"instances.{name}",), publish=False),
    ]  # fmt: skip


def _found(name: str) -> list[Table]:
    return [Table(f"contamination.{name}", Overlap, Contaminated(), (f"instances.{name}",), shape=Map(of="id"),
                  needs={"questions": "questions"}, split=None)]  # fmt: skip


def _flaws(name: str, source: CorpusFiles) -> Table:
    languages = {task.id: task.output_language for task in source.tasks}
    return Table(f"flaws.{name}", InstanceFlaw, Flaws(languages), (f"instances.{name}", f"keys.{name}"),
                 shape=Map(of="id"), needs={"limits": "limits"}, leaves_out=("limits",), split=None)  # fmt: skip


def answer_tables(names: Sequence[str]) -> list[Table]:
    """How often each answer of a closed list is right."""
    return [
        *(Table(f"answers.{name}", AnswerCount, Answers(), (f"instances.{name}",), shape=Map(of="task"), publish=False,
                input_id="task") for name in names),
        Table("answers", AnswerCount, AnswerSums(), tuple(f"answers.{name}" for name in names), shape=Collect(),
              split=None, input_id="task"),
    ]  # fmt: skip


def buckets(corpora: Mapping[str, CorpusFiles]) -> int:
    """Parts that instances of all corpora are spread over; asks for their shards, which reads all files once."""
    return buckets_for(corpora, _BYTES_PER_BUCKET)


def _compared(keys: tuple[str, ...], buckets: int) -> list[Table]:
    """Over all corpora at once: what repeats, contradicts, or stands in two splits."""
    return [
        Table("twins", InstanceFate, Twins(), keys, shape=Group(("input_key",), buckets, of="id"), split=None),
        Table(
            "documents",
            InstanceFate,
            SharedDocuments(),
            keys,
            shape=Group(("document_key",), buckets, of="id"),
            split=None,
        ),
    ]


def _drawable(name: str, stage: DrawableRows, fates: Sequence[str], *, asked: bool) -> Table:
    reads = (f"keys.{name}", f"flaws.{name}", *([f"contamination.{name}"] if asked else []))
    needs = {fate: fate for fate in fates}
    return Table(f"drawable.{name}", Drawable, stage, reads, needs=needs, leaves_out=tuple(fates), publish=False)


def example_tables(names: Sequence[str]) -> list[Table]:
    """From `instances.NAME` and `drawable.NAME` to `examples.NAME`; no corpus lends its examples to another."""
    return [table for name in names for table in (
        Table(f"candidates.{name}", Example, Candidates(), (f"instances.{name}", f"drawable.{name}"), publish=False),
        Table(f"examples.{name}", Example, Examples(), (f"candidates.{name}",), shape=Collect(), publish=False),
    )]  # fmt: skip


def sides(corpora: Mapping[str, CorpusFiles], table: str) -> list[tuple[str, list[str]]]:
    """The name of a table of what may leave, and of one of what may not, each with its corpora, where it has some."""
    closed = {name: source.terms.text_may_leave == "no" for name, source in corpora.items()}
    named = [(table, False), (f"{table}_closed", True)]
    found = [(name, [corpus for corpus in corpora if closed[corpus] is shut]) for name, shut in named]
    return [(name, held) for name, held in found if held]


def wanted_tasks(known: Declared, wanted: Sequence[str], *, bench: bool) -> tuple[Task, ...]:
    """The tasks that are to be made, for a benchmark those that stand in it."""
    return tuple(task for task in chosen_tasks(known, wanted) if task.bench or not bench)
