"""MedS-Ins: instructions for medical language models, made from many corpora by declared tasks.

A task is declared (`medmill sources --dataset meds-ins` lists them): what it reads of which corpus, and several
wordings of what is asked. Its instances become chats with a definition, examples and the answer, mixed by caps,
weights and a temperature. After MedS-Ins (arXiv 2408.12547), whose task numbers and categories it keeps. What stands
in the test split of any corpus here, or in a benchmark that is named as a source, is left out with its document.

Meant for tuning models that write about medicine. Answers are those of the corpora: abstracts, examinations, records
and leaflets of their time, right or not; reasons before them, where a build has some (`rationale_by`), are a model's
words, held to the right answer and to what they quote. A corpus is read under its own licence, each row carries it,
and what may not leave lies in a table of its own (`chats_closed`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from annotators.llm.by_name import LlmByName, llm_named
from annotators.token_counts import TokenCounts
from builders import instances
from builders.base import Collect, Group, Map, Recipe, Source, Table
from builders.discovery import source_class
from builders.instances import (
    QUESTIONS,
    Leaves,
    answer_tables,
    buckets,
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
from builders.sealed import read_sealed
from builders.settings import AtLeastOne, NotNegative, Share
from builders.stages.instructions.chats import Chats
from builders.stages.instructions.definitions import Definitions
from builders.stages.instructions.mixture import Mixed, Mixture
from builders.stages.instructions.reasons import GiveReasons, reasoned_tasks
from builders.stages.instructions.together import Together
from builders.wordings import Rewordings, rewordings_of, told_of, wordings_of
from schemas.errors import UsageError
from schemas.instructions import ChatInstance, InstanceRationale, MixtureShare, TaskDefinition
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
    `sealed`: a file of patients of MIMIC that are never trained on, such as mimic-cxr-2.0.0-split.csv.gz.
    `similarity`: Jaccard, of runs of words, from which on instances are near copies of each other; 0: none are looked
    for, which saves a third of the time.
    `leaves_out`: what is rejected besides what stands in test: `duplicate`, `near_duplicate`, `near_test` (nearly an
    instance of test), `elsewhere` and `near_elsewhere` (of another task), `conflict`, `empty_output`, `truncated`,
    `wrong_language`, `too_long`, `personal_data`, and of questions of examinations `needs_image` and `struck`; or
    `none` (docs/instructions.md).
    `tokenizer`: a tokenizer.json, or its folder, to count with. `definitions`: a file of `medmill definitions`, whose
    kept versions are drawn beside the declared ones. `rationale`: who gives reasons for answers to questions with
    choices: `none`, `llm:MODEL@URL` or `vllm:FOLDER`, whose answers are kept in the folder `answers`;
    `rationale_share`: of how many of these questions; `revision`: which weights these are; `agreement`: what lets text
    go to a remote server.
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
    sealed: str = ""
    similarity: Share = 0.8
    leaves_out: tuple[Leaves, ...] = ("duplicate", "empty_output", "needs_image", "struck")
    tokenizer: str = ""
    definitions: str = ""
    rationale: str = "none"
    rationale_share: Share = 0.5
    answers: str = ""
    revision: str = ""
    device: str = "auto"
    agreement: str = ""
    seed: str = "medmill"


def sources(options: Options) -> Mapping[str, Callable[..., Source]]:
    """What reads each corpus that has a task to be made, and the questions of benchmarks."""
    known = declared_with(options.own)
    made = makers(known, wanted_tasks(known, options.tasks, bench=False))
    return {**made, QUESTIONS: source_class(QUESTIONS)}


def why_not(name: str, options: Options) -> str:
    """Why a corpus is no source of this build, where it is declared."""
    return instances.why_not(declared_with(options.own), options.tasks, name, bench=False)


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MedS-Ins from one or several corpora."""
    corpora = {name: source for name, source in sources.items() if isinstance(source, CorpusFiles)}
    if not corpora:
        raise UsageError(f"meds-ins: {QUESTIONS} alone is no corpus; name one too, as pubmedqa=FOLDER")
    known, asked = declared_with(options.own), QUESTIONS in sources
    notes = skipped(known, wanted_tasks(known, options.tasks, bench=False), corpora, options.require)
    counts, spread = TokenCounts(options.tokenizer), buckets(corpora)
    tables = [
        *(question_tables() if asked else []),
        *instance_tables(
            corpora,
            options.seed,
            counts,
            options.leaves_out,
            asked=asked,
            spread=spread,
            similarity=options.similarity,
            subjects=read_sealed(options.sealed) if options.sealed else frozenset(),
        ),
        *answer_tables(tuple(corpora)),
        *example_tables(tuple(corpora)),
        *_mixed(corpora, options, spread),
    ]
    if not options.similarity and (near := {name for name in options.leaves_out if name.startswith("near_")}):
        raise UsageError(
            f"leaves_out={','.join(sorted(near))}: with similarity=0 no near copies are looked for; set 0.8 or the like"
        )
    terms = compose([source.terms for source in corpora.values()])
    if options.rationale != "none" and not any(reasoned_tasks(source.tasks) for source in corpora.values()):
        notes = (*notes, "rationale: no task of this build is answered by choices, so nothing is asked")
    return Recipe("meds-ins", sources, tables, terms, notes=notes, previews="mixture")


def _mixed(corpora: Mapping[str, CorpusFiles], options: Options, spread: int) -> list[Table]:
    """What is drawn, and how it reads."""
    tasks = [task for source in corpora.values() for task in source.tasks]
    more, llm = rewordings_of(options.definitions, tasks), _reasoner(corpora, options)
    columns = Collect(("task", "split", "draw", "size"))
    tables = [Table("mixture", MixtureShare, _mixture(tasks, options), tuple(f"drawable.{name}" for name in corpora),
                    shape=columns, split=None, input_id="task")]  # fmt: skip
    for name, source in corpora.items():
        reasons = _reasons(name, source, options, llm) if llm else []
        tables += [*reasons, _chats(name, source.tasks, options, more, [table.name for table in reasons])]
    for table, names in sides(corpora, "chats"):
        drawn = tuple(f"drawn.{name}" for name in names)
        own = [task for name in names for task in corpora[name].tasks]
        tables += [
            Table(table, ChatInstance, Together(("order", "id", "copy")), drawn,
                  shape=Group(("order",), spread, of="id")),
            Table(table.replace("chats", "definitions"), TaskDefinition, Definitions(told_of(own, more)), drawn,
                  shape=Collect(("task", "definition")), split=None, input_id="task"),
        ]  # fmt: skip
    return tables


def _chats(name: str, tasks: Sequence[Task], options: Options, more: Rewordings, reasons: Sequence[str]) -> Table:
    chats = Chats(wordings_of(tasks, more), options.shots, options.seed, TokenCounts(options.tokenizer))
    return Table(f"drawn.{name}", ChatInstance, chats, (f"instances.{name}", f"drawable.{name}", *reasons),
                 shape=Map(of="id"), needs={"mixture": "mixture", "examples": f"examples.{name}"},
                 leaves_out=("mixture",), publish=False)  # fmt: skip


def _reasoner(corpora: Mapping[str, CorpusFiles], options: Options) -> LlmByName | None:
    """Who gives reasons; raises `UsageError` where texts of a corpus that is asked about may not go there."""
    if options.rationale == "none":
        return None
    told = {"answers": options.answers, "revision": options.revision, "device": options.device}
    llm = llm_named(options.rationale, "choice-rationale", **told, instead="none")
    for source in corpora.values():
        if reasoned_tasks(source.tasks):
            llm.demand_allowed(source.terms, options.agreement)
    return llm


def _reasons(name: str, source: CorpusFiles, options: Options, llm: LlmByName) -> list[Table]:
    """Reasons for a share of what is drawn of a corpus, where it has tasks with choices."""
    if not (tasks := reasoned_tasks(source.tasks)):
        return []
    stage = GiveReasons(llm, tasks, options.rationale_share, options.seed)
    reads = (f"instances.{name}", f"drawable.{name}")
    return [Table(f"rationales.{name}", InstanceRationale, stage, reads, shape=Map(of="id"),
                  needs={"mixture": "mixture"}, leaves_out=("mixture",), publish=False)]  # fmt: skip


def _mixture(tasks: Sequence[Task], options: Options) -> Mixture:
    if options.samples and options.tokens:
        raise UsageError("samples and tokens are two targets of one mixture; set one of them")
    weights, caps = weights_of(options.weights, tasks), caps_of(options.caps, tasks)
    rule = Rule(options.samples or options.tokens, options.temperature, options.cap, options.repeats)
    mixed = [Mixed(task.id, task.name, task.category, task.output_language, task.corpus, weights[task.id],
                   caps.get(task.id, 0)) for task in tasks]  # fmt: skip
    return Mixture(tuple(mixed), rule, in_sizes=bool(options.tokens))
