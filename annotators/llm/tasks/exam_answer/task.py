"""Answers to questions of examinations, with reasons: what a model is tested by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.task import Passage, UnusableError, in_one_line, prompt_beside
from schemas.exam_questions import LETTERS


class Answer(BaseModel):
    """Reasons, and the letters they lead to."""

    model_config = ConfigDict(extra="forbid")
    rationale: str = Field(max_length=6000)
    answer: list[str] = Field(min_length=1, max_length=26)


@dataclass(frozen=True)
class ExamAnswerTask:
    """Asks a question; whether the answer is right is for the evaluation to say, not for this."""

    name: ClassVar[str] = "exam-answer"
    divisible: ClassVar[bool] = False
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = {"rationale": pl.String, "answer": pl.List(pl.String)}
    given: ClassVar[tuple[str, ...]] = ("language",)

    @property
    def prompt(self) -> Prompt:
        """How one sits an examination."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """The language, then a numbered sentence a line."""
        told = [f"{name}: {in_one_line(words)}" for name, words in passage.given]
        return "\n".join([*told, "question:", passage.numbered()])

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """One row, letters sorted; raises `UnusableError` `no_letter` for what is none."""
        letters = sorted({letter.strip().upper() for letter in answer.answer})
        if any(len(letter) != 1 or letter not in LETTERS for letter in letters):
            raise UnusableError("no_letter", "the answer holds what is not the letter of an option")
        return [{"rationale": answer.rationale.strip(), "answer": letters}]


TASK = ExamAnswerTask
