"""Reasons for answers to questions with choices, by a language model: each is held to the answer and the question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.llm.asking import Failure
from annotators.llm.tasks.choice_rationale.task import BETWEEN
from annotators.questions.wording import language_name
from builders.base import REJECTED_SCHEMA, Kept
from builders.instructions.converting.multiple_choice import columns_of
from builders.instructions.reason_requests import in_one_block
from builders.instructions.task import Task
from builders.stages.by_model import ByModel
from builders.stages.hashing import fraction
from builders.stages.instructions.drawn import drawn
from schemas.instructions import InstanceRationale


@dataclass(frozen=True)
class Reasoned:
    """A task whose answers get reasons: in which language, and whether its choices stand in definitions alone."""

    language: str
    choices_apart: bool = False


def reasoned_tasks(tasks: Sequence[Task]) -> dict[str, Reasoned]:
    """Those that are answered by choices."""
    return {
        task.id: Reasoned(task.output_language, choices_apart=not columns_of(task.fields["options"]))
        for task in tasks if task.shape == "multiple-choice"
    }  # fmt: skip


@dataclass(frozen=True)
class GiveReasons(ByModel):
    """InstanceRationale rows of a share of the questions that the mixture draws, by their ids. Needs `mixture`.

    What the task `choice-rationale` does not take is rejected here for its reason (`answer_differs`,
    `quote_not_in_source`, `other_language` …), and the instance keeps its plain answer.
    """

    tasks: Mapping[str, Reasoned] = field(default_factory=dict)
    share: float = 0.5
    seed: str = "medmill"

    version: ClassVar[int] = 1
    selects: ClassVar[bool] = True

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: Instance rows, and the Drawable rows of these."""
        rows = self._wanted(frames[0], frames[1], needs["mixture"])
        answers = rows["gold"].list.join(BETWEEN)
        languages = [language_name(self.tasks[task].language) for task in rows["task"]]
        given = [(("answer", answer), ("language", name)) for answer, name in zip(answers, languages, strict=True)]
        told = list(zip(rows["id"], self.llm.annotate(self.asked(rows).to_list(), given), strict=True))
        found = [(id_, one[0]["rationale"], self.by) for id_, one in told if not isinstance(one, Failure) and one]
        lost = [(id_, one.reason, one.detail) for id_, one in told if isinstance(one, Failure)]
        lost += [(id_, "no_words", "nothing to ask about") for id_, one in told if not one]
        made = pl.DataFrame(found, InstanceRationale.create_empty().schema, orient="row")
        made = made.with_columns(in_one_block(pl.col("rationale")))
        return Kept(made, pl.DataFrame(lost, REJECTED_SCHEMA, orient="row"))

    def _wanted(self, instances: pl.DataFrame, drawable: pl.DataFrame, mixture: Path) -> pl.DataFrame:
        rows = drawn(instances, drawable, mixture).filter(pl.col("copy") == 0)
        rows = rows.filter(pl.col("task").is_in(list(self.tasks)), pl.col("choices").list.len() > 0)
        return rows.filter(fraction(rows["id"], seed=f"{self.seed} rationale") < self.share)

    def asked(self, rows: pl.DataFrame) -> pl.Series:
        """The question with its choices, each in a paragraph of its own, so that it is a sentence to be quoted."""
        apart = [task for task, one in self.tasks.items() if one.choices_apart]
        words = pl.col("choices").list.eval(pl.element().struct.field("text")).list.join("\n\n")
        asked = pl.col("input").str.replace_all(r"\n([A-Z]|\d{1,2})\. ", "\n\n${1}: ")
        both = pl.concat_str(asked, words, separator="\n\n")
        return rows.select(asked=pl.when(pl.col("task").is_in(apart)).then(both).otherwise(asked))["asked"]
