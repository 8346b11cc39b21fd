"""MedS-Ins: instructions for medical language models, made from many corpora by declared tasks.

A task is declared (`medmill sources --dataset meds-ins` lists them): what it reads of which corpus, and several
wordings of what is asked. Its instances become chats with a definition, examples and the answer, mixed by caps,
weights and a temperature. After MedS-Ins (arXiv 2408.12547), whose task numbers and categories it keeps. What stands
in the test split of any corpus here, or in a benchmark that is named as a source, is left out with its document.

Meant for tuning models that write about medicine. Answers are those of the corpora: abstracts, examinations, records
and leaflets of their time, right or not. A corpus is read under its own licence, each row carries it, and what may not
leave lies in a table of its own (`chats_closed`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from annotators.token_counts import TokenCounts
from builders.base import Collect, Group, Map, Recipe, Source, Table
from builders.discovery import source_class
from builders.instances import (
    QUESTIONS,
    Leaves,
    answer_tables,
    declared_with,
    example_tables,
    instance_tables,
    makers,
    question_tables,
    sides,
    wanted_tasks,
)
from builders.instructions.choosing import skipped
from builders.instructions.corpus_files import CorpusFiles
from builders.instructions.mixing import Rule
from builders.instructions.proportions import caps_of, weights_of
from builders.instructions.task import Task
from builders.settings import AtLeastOne, NotNegative
from builders.stages.instructions.chats import Chats, Wording
from builders.stages.instructions.mixture import Mixed, Mixture
from builders.stages.instructions.together import Together
from schemas.errors import UsageError
from schemas.instructions import ChatInstance, MixtureShare
from schemas.terms import compose

TITLE: Final = "MedS-Ins: instructions for medical language models"
TASKS: Final = ("text-generation", "question-answering")
TAGS: Final = ("medical", "instruction-tuning")
SHOWN_FIRST: Final = "chats"
Temperature = Annotated[float, Field(gt=0, le=100)]


@dataclass(frozen=True)
class Options:
    """Settings of MedS-Ins.

    `own`: TOML files that declare corpora of yours. `tasks`: only these, by id. `require`: with `all`, a corpus of a
    ready task that is not among the sources is an error. `samples`: how many instances, or `tokens` how many tokens
    (characters without a tokenizer), the mixture has; neither: as many as the parts allow. `cap`: of each task; `caps`:
    of one, as 45=1000. `temperature`: above 1, small tasks get more. `weights`: of tasks, categories and languages, as
    45=2,NER=0.5,ja=3. `repeats`: how often an instance may be drawn. `shots`: up to how many examples stand before it.
    `leaves_out`: what is rejected besides what stands in test: `duplicate`, `elsewhere`, `conflict`,
    `empty_output`, `truncated`, `wrong_language`, `too_long`, `personal_data` (docs/instructions.md). `tokenizer`: a
    tokenizer.json, or its folder, to count with.
    """

    own: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    require: Literal["any", "all"] = "any"
    samples: NotNegative = 0
    tokens: NotNegative = 0
    cap: NotNegative = 0
    caps: tuple[str, ...] = ()
    temperature: Temperature = 1.0
    weights: tuple[str, ...] = ()
    repeats: AtLeastOne = 1
    shots: NotNegative = 0
    leaves_out: tuple[Leaves, ...] = ("duplicate", "empty_output")
    tokenizer: str = ""
    seed: str = "medmill"


def sources(options: Options) -> Mapping[str, Callable[..., Source]]:
    """What reads each corpus that has a task to be made, and the questions of benchmarks."""
    known = declared_with(options.own)
    made = makers(known, wanted_tasks(known, options.tasks, bench=False))
    return {**made, QUESTIONS: source_class(QUESTIONS)}


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MedS-Ins from one or several corpora."""
    corpora = {name: source for name, source in sources.items() if isinstance(source, CorpusFiles)}
    if not corpora:
        raise UsageError(f"meds-ins: {QUESTIONS} alone is no corpus; name one too, as pubmedqa=FOLDER")
    known, asked = declared_with(options.own), QUESTIONS in sources
    notes = skipped(known, wanted_tasks(known, options.tasks, bench=False), corpora, options.require)
    counts = TokenCounts(options.tokenizer)
    tables = [
        *(question_tables() if asked else []),
        *instance_tables(corpora, options.seed, counts, options.leaves_out, asked=asked),
        *answer_tables(tuple(corpora)),
        *example_tables(tuple(corpora)),
        *_mixed(corpora, options),
    ]
    terms = compose([source.terms for source in corpora.values()])
    return Recipe("meds-ins", sources, tables, terms, notes=notes, previews="mixture")


def _mixed(corpora: Mapping[str, CorpusFiles], options: Options) -> list[Table]:
    """What is drawn, and how it reads."""
    tasks = [task for source in corpora.values() for task in source.tasks]
    columns = Collect(("task", "split", "draw", "size"))
    tables = [
        Table("mixture", MixtureShare, _mixture(tasks, options), tuple(f"drawable.{name}" for name in corpora),
              shape=columns, split=None, input_id="task"),
        *(_chats(name, source.tasks, options) for name, source in corpora.items()),
    ]  # fmt: skip
    for table, names in sides(corpora, "chats"):
        drawn = tuple(f"drawn.{name}" for name in names)
        tables.append(
            Table(table, ChatInstance, Together(("order", "id", "copy")), drawn, shape=Group(("order",), of="id"))
        )
    return tables


def _chats(name: str, tasks: Sequence[Task], options: Options) -> Table:
    wordings = {task.id: Wording(task.category, task.input_language, task.output_language, task.instruction_language,
                                 task.definitions) for task in tasks}  # fmt: skip
    chats = Chats(wordings, options.shots, options.seed, TokenCounts(options.tokenizer))
    return Table(f"drawn.{name}", ChatInstance, chats, (f"instances.{name}", f"drawable.{name}"), shape=Map(of="id"),
                 needs={"mixture": "mixture", "examples": "examples"}, leaves_out=("mixture", "examples"),
                 publish=False)  # fmt: skip


def _mixture(tasks: Sequence[Task], options: Options) -> Mixture:
    if options.samples and options.tokens:
        raise UsageError("samples and tokens are two targets of one mixture; set one of them")
    weights, caps = weights_of(options.weights, tasks), caps_of(options.caps, tasks)
    rule = Rule(options.samples or options.tokens, options.temperature, options.cap, options.repeats)
    mixed = [Mixed(task.id, task.name, task.category, task.output_language, task.corpus, weights[task.id],
                   caps.get(task.id, 0)) for task in tasks]  # fmt: skip
    return Mixture(tuple(mixed), rule, in_sizes=bool(options.tokens))
