"""What is asked of a model about a passage, and how its answer becomes rows. A task is a folder below `tasks`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ValidationError

from annotators.llm.prompt import Prompt


@dataclass(frozen=True)
class Passage:
    """A section of a report with the bounds of its sentences, in characters of the whole section.

    `given`: names and words beside the text, in the order of `Task.given`. Of a passage that is read in parts, a part
    has some of the sentences, and `before` of them stand before it.
    """

    text: str
    sentences: tuple[tuple[int, int], ...]
    given: tuple[tuple[str, str], ...] = ()
    before: int = 0

    def halves(self) -> tuple["Passage", "Passage"]:
        """The sentences up to the middle, and those behind it."""
        middle = len(self.sentences) // 2
        first, second = self.sentences[:middle], self.sentences[middle:]
        return replace(self, sentences=first), replace(self, sentences=second, before=self.before + middle)

    def sentence(self, number: int) -> str:
        """The words of a sentence, from 0."""
        start, end = self.sentences[number]
        return self.text[start:end]

    def numbered(self) -> str:
        """A numbered sentence a line; line breaks within one are blanks, so that no text can pose as a line of ours."""
        lines = (in_one_line(self.sentence(number)) for number in range(len(self.sentences)))
        return "\n".join(f"[{number}] {line}" for number, line in enumerate(lines, 1))


def in_one_line(text: str) -> str:
    """The text with every run of blanks and line breaks as one blank."""
    return " ".join(text.split())


class UnusableError(Exception):
    """An answer that is not taken. `reason` in snake_case; `why` tells the model and holds no words of the text."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(f"{reason}: {why}")
        self.reason, self.why = reason, why


class PlainText(BaseModel):
    """The answer of a task that asks for text in no form: whatever the model said, also where it was cut off."""

    text: str


class Task(Protocol):
    """Adding one is a folder: `prompt.md`, and `task.py` with a class with these and a line `TASK = …`.

    `answer`: the shape that answers are held to, or `PlainText`. `columns`: of its rows. `given`: what it asks for
    beside the text. `divisible`: rows speak of sentences, so that a long text may be asked about in parts.
    """

    name: ClassVar[str]
    divisible: ClassVar[bool]
    answer: ClassVar[type[BaseModel]]
    columns: ClassVar[Mapping[str, Any]]
    given: ClassVar[tuple[str, ...]]

    @property
    def prompt(self) -> Prompt:
        """Of the file beside it."""
        ...

    def question(self, passage: Passage) -> str:
        """What stands in the last message."""
        ...

    def rows(self, answer: Any, passage: Passage) -> Sequence[dict[str, Any]]:
        """Rows of an answer that fits the schema; raises `UnusableError` where it says what the passage does not."""
        ...


def parsed(task: Task, text: str, passage: Passage) -> Sequence[dict[str, Any]]:
    """Rows of what a model said.

    Raises `UnusableError`: `empty_answer`, `not_json`, `wrong_schema`, and those of the task.
    """
    if not text.strip():
        raise UnusableError("empty_answer", "it is empty")
    try:
        answer = PlainText(text=text) if task.answer is PlainText else task.answer.model_validate_json(text)
    except ValidationError as error:
        raise _unfit(error) from None
    return task.rows(answer, passage)


def _unfit(error: ValidationError) -> UnusableError:
    first = error.errors(include_input=False, include_url=False)[0]
    if first["type"] == "json_invalid":
        return UnusableError("not_json", "it is not one JSON object")
    where = ".".join("*" if isinstance(part, int) else part for part in first["loc"]) or "the whole"
    return UnusableError("wrong_schema", f"{where}: {first['type']} ({error.error_count()} such faults)")


def prompt_beside(module: str) -> Path:
    """The prompt file of a task, by `__file__` of its module."""
    return Path(module).with_name("prompt.md")
