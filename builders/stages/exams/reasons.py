"""Rationales by a language model: each is held to the right answer and to what it quotes from its question."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from annotators.llm.asking import Failure
from annotators.questions.wording import as_asked, language_name
from builders.base import REJECTED_SCHEMA, Kept, Stage
from builders.stages.by_model import ByModel
from schemas.exam_questions import ExamQuestion, QuestionRationale

_NO_PICTURE = ("needs_image", "the model cannot see the picture")


@dataclass(frozen=True)
class GiveReasons(ByModel):
    """QuestionRationale rows. A question without one is rejected here, and stays in the benchmark.

    For `needs_image` (nobody could reason without the picture) or for what the task `exam-rationale` says of the last
    answer: `answer_differs`, `quote_not_in_source`, `other_language` and what else an answer is not taken for.
    """

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> Kept:
        """`frames`: ExamQuestion rows."""
        (rows,) = frames
        seen = rows.filter(~pl.col("needs_image"))
        given = [
            (("answer", ", ".join(answer)), ("language", language_name(language)))
            for answer, language in seen.select("answer", "language").iter_rows()
        ]
        made = self.llm.annotate(as_asked(seen).to_list(), given)
        told = list(zip(seen["id"], made, strict=True))
        found = [(id_, one[0]["rationale"], self.by) for id_, one in told if not isinstance(one, Failure) and one]
        lost = [(id_, one.reason, one.detail) for id_, one in told if isinstance(one, Failure)]
        lost += [(id_, "no_words", "nothing to ask about") for id_, one in told if not one]
        lost += [(id_, *_NO_PICTURE) for id_ in rows.filter("needs_image")["id"]]
        kinds = QuestionRationale.create_empty().schema
        return Kept(pl.DataFrame(found, kinds, orient="row"), pl.DataFrame(lost, REJECTED_SCHEMA, orient="row"))


@dataclass(frozen=True)
class WithReasons(Stage):
    """ExamQuestion rows with their rationales."""

    version: ClassVar[int] = 1

    def __call__(self, *frames: pl.DataFrame, **needs: Path) -> pl.DataFrame:
        """`frames`: ExamQuestion rows and QuestionRationale rows of the same questions."""
        rows, reasons = frames
        rows = rows.drop("rationale", "rationale_by").join(reasons, on="id", how="left", maintain_order="left")
        return rows.select(ExamQuestion.column_names())
