"""Outputs of a task that is told in words, with examples: what a model is tested by on a benchmark of instructions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from pydantic import BaseModel

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.task import Passage, PlainText, prompt_beside


@dataclass(frozen=True)
class BenchAnswerTask:
    """Any text is an answer; what it is worth is for the evaluation to say.

    `given`: the definition; examples may follow it as pairs named `input` and `output`.
    """

    name: ClassVar[str] = "bench-answer"
    divisible: ClassVar[bool] = False
    answer: ClassVar[type[BaseModel]] = PlainText
    columns: ClassVar[Mapping[str, Any]] = {"output": pl.String}
    given: ClassVar[tuple[str, ...]] = ("definition",)

    @property
    def prompt(self) -> Prompt:
        """That the output alone is wanted."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """The definition, examples, and the input with its lines as they are."""
        told = [words if name == "definition" else f"{name.title()}: {words}" for name, words in passage.given]
        return "\n\n".join([*told, f"Input: {passage.text}", "Output:"])

    def rows(self, answer: PlainText, passage: Passage) -> Sequence[dict[str, Any]]:
        """One row, the text without blanks around it."""
        return [{"output": answer.text.strip()}]


TASK = BenchAnswerTask
