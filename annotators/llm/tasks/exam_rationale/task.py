"""Why the right answer to a question of an examination is right: the task `rationale`, with a question as its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.task import Passage, UnusableError, prompt_beside
from annotators.llm.tasks.rationale.task import Answer as Reasons
from annotators.llm.tasks.rationale.task import RationaleTask
from annotators.questions.languages import written_in
from annotators.questions.wording import NAMES

_CODES = {name: code for code, name in NAMES.items()}


class Answer(Reasons):
    """Reasons, quotations, and the letters that the reasons lead to."""

    answer: list[str] = Field(min_length=1, max_length=26)


@dataclass(frozen=True)
class ExamRationaleTask(RationaleTask):
    """As `RationaleTask`; reasons that lead to other letters, or are in another language, are not taken either."""

    name: ClassVar[str] = "exam-rationale"
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = RationaleTask.columns
    given: ClassVar[tuple[str, ...]] = ("answer", "language")
    between: ClassVar[str] = ","
    """What stands between several right answers that are given."""

    @property
    def prompt(self) -> Prompt:
        """What counts as a reason here."""
        return prompt(prompt_beside(__file__))

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One row.

        Raises `UnusableError` `answer_differs`, `other_language`, `no_such_sentence` or `quote_not_in_source`.
        """
        given = dict(passage.given)
        right = {mark.strip().casefold() for mark in given["answer"].split(self.between)}
        if {mark.strip().casefold() for mark in answer.answer} != right:
            raise UnusableError("answer_differs", "the reasons lead to other letters than those that are right")
        if not written_in(answer.rationale, _CODES.get(given["language"], given["language"])):
            raise UnusableError("other_language", f"the rationale is not written in {given['language']}")
        return super().rows(answer, passage)


TASK = ExamRationaleTask
