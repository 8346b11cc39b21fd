"""Why the right answer to a question with choices is right, however these are marked: the task `exam-rationale`."""

from dataclasses import dataclass
from typing import ClassVar, Final

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.task import prompt_beside
from annotators.llm.tasks.exam_rationale.task import ExamRationaleTask

BETWEEN: Final = " | "
"""What stands between several right answers: words have commas."""


@dataclass(frozen=True)
class ChoiceRationaleTask(ExamRationaleTask):
    """As `ExamRationaleTask`, of letters, numbers or words; those of `answer` have `BETWEEN` between them."""

    name: ClassVar[str] = "choice-rationale"
    between: ClassVar[str] = BETWEEN

    @property
    def prompt(self) -> Prompt:
        """What counts as a reason here."""
        return prompt(prompt_beside(__file__))


TASK = ChoiceRationaleTask
