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
from builders.base import Collect, Group, Map, Recipe, Source, Table
from builders.stages.exams.counts import Counts
from builders.stages.exams.fates import COLUMNS, Dev, Fates, Images
from builders.stages.exams.sorted import Sorted, Together
from schemas.exam_questions import (
    ExamQuestion,
    QuestionCount,
    QuestionFate,
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
    stay with their mark (`mark`), or are left out (`drop`), of test alone (`drop_test`).
    """

    dev: Dev = "drop"
    images: Images = "mark"
    seed: str = "medmill"


def recipe(sources: Mapping[str, Source], options: Options) -> Recipe:
    """MMedBench from one or several sources of questions."""
    tables = [*_read(sources, options)]
    return Recipe("mmedbench", sources, tables, compose([source.terms for source in sources.values()]))


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
        Table("exam_questions", ExamQuestion, Together(), tuple(f"sorted.{name}" for name in sources),
              shape=Group(("id",), of="id")),
    ]  # fmt: skip
