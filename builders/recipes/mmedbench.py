"""MMedBench: questions of medical examinations in six languages, with their answers and reasons for them.

Questions come from MedQA (United States and mainland China), IgakuQA, FrenchMedMCQA, RuMedDaNet and HEAD-QA as these
are published; official splits are kept, and the questions of IgakuQA, which has none, are drawn 8:1:1. After MMedBench
(arXiv 2402.13963), whose languages, splits, and files (`medmill export mmedbench`) it keeps, and from which it differs
where a benchmark must: a question of train that repeats one of test is left out and named among the rejected rows, and
so are repetitions within a split; questions that cannot be answered without a picture carry a mark (`needs_image`), as
do those with several right answers and those that the examiners struck.

Meant for testing and training models that answer examination questions. An examination is not a patient: a model that
passes is not fit for care. Questions that need a picture stay by default, with their mark, so that counts and scores
compare with published ones; `medmill evaluate mmedbench` tells the score without them beside. Rationales are a model's
words, held to the right answer and to what they quote; only those with `human_check_passed` were read by people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from annotators.llm.by_name import LlmByName, llm_named
from builders.base import Collect, Group, Recipe, Source, Table
from builders.stages.exams.counts import Counts
from builders.stages.exams.fates import COLUMNS, Dev, Fates, Images
from builders.stages.exams.judged import TABLE, JudgeQuestions, WithVerdicts
from builders.stages.exams.reasons import GiveReasons, WithReasons
from builders.stages.exams.sorted import Sorted, Together
from builders.verdicts import identity as identity_of_verdicts
from builders.verdicts import read_verdicts
from schemas.exam_questions import (
    ExamQuestion,
    QuestionCount,
    QuestionFate,
    QuestionRationale,
    QuestionVerdict,
    ReadQuestion,
)
from schemas.terms import compose

TITLE = "MMedBench: medical examination questions in six languages"
TASKS = ("question-answering", "multiple-choice")
SOURCES = ("medqa-usmle", "medqa-mcmle", "igakuqa", "frenchmedmcqa", "rumeddanet", "headqa")


@dataclass(frozen=True)
class Options:
    """Settings of MMedBench.

    `dev`: what becomes of validation splits: `drop`, as published, or `train`. `images`: questions that need a picture
    stay with their mark (`mark`), or are left out (`drop`), of test alone (`drop_test`). `rationale`: who gives
    reasons: `none`, `llm:MODEL@URL` or `vllm:FOLDER`, whose answers are kept in the folder `answers`; `revision`: which
    weights these are; `agreement`: what lets text go to a remote server. `verdicts`: a file of `medmill review DIR
    --table exam_questions --export FILE`.
    """

    dev: Dev = "drop"
    images: Images = "mark"
    rationale: str = "none"
    answers: str = ""
    revision: str = ""
    device: str = "auto"
    agreement: str = ""
    verdicts: str = ""
    seed: str = "medmill"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MMedBench from one or several sources of questions."""
    terms = compose([source.terms for source in sources.values()])
    llm = _reasoner(options)
    if llm:
        llm.demand_allowed(terms, options.agreement)
    return Recipe("mmedbench", sources, [*_read(sources, options), *_told(sources, llm, options.verdicts)], terms)


def _reasoner(options: Options) -> LlmByName | None:
    if options.rationale == "none":
        return None
    told = {"answers": options.answers, "revision": options.revision, "device": options.device}
    return llm_named(options.rationale, "exam-rationale", **told, instead="none")


def _read(sources: Mapping[str, Source], options: Options) -> list[Table]:
    """What sources hold, what becomes of it, and what is kept."""
    read = tuple(f"questions.{name}" for name in sources)
    fates = Fates(options.dev, options.images, options.seed)
    return [
        *(Table(f"questions.{name}", ReadQuestion, source=name, publish=False) for name in sources),
        Table("exam_fates", QuestionFate, fates, read, shape=Collect(COLUMNS), publish=False),
        Table("exam_counts", QuestionCount, Counts(), ("exam_fates",), shape=Collect(), split=None),
        *(Table(f"sorted.{name}", ExamQuestion, Sorted(), (f"questions.{name}",), needs={"fates": "exam_fates"},
                publish=False) for name in sources),
    ]  # fmt: skip


def _told(sources: Mapping[str, Source], llm: LlmByName | None, verdicts: str) -> list[Table]:
    """The questions together, with reasons and with what people say of both, where these are wanted."""
    steps = ["together", *(["reasoned"] if llm else []), *(["judged"] if verdicts else [])]
    names = [TABLE if step == steps[-1] else f"{TABLE}.{step}" for step in steps]
    tables = [Table(names[0], ExamQuestion, Together(), tuple(f"sorted.{name}" for name in sources),
                    shape=Group(("id",), of="id"), publish=names[0] == TABLE)]  # fmt: skip
    if llm:
        tables += [
            Table("exam_rationales", QuestionRationale, GiveReasons(llm), (names[0],), publish=False, split=None),
            Table(names[1], ExamQuestion, WithReasons(), (names[0], "exam_rationales"), publish=names[1] == TABLE),
        ]
    if verdicts:
        said = read_verdicts(verdicts, "mmedbench", TABLE)
        judge = JudgeQuestions(identity_of_verdicts(said), said)
        tables += [
            Table("exam_verdicts", QuestionVerdict, judge, (names[-2],), shape=Collect(), publish=False, split=None),
            Table(TABLE, ExamQuestion, WithVerdicts(), (names[-2],), needs={"judged": "exam_verdicts"}),
        ]
    return tables
