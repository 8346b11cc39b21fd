"""A description of a task in other words, several times: what instructions are varied with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.task import Passage, UnusableError, in_one_line, prompt_beside


class Answer(BaseModel):
    """The versions, in the order of the model."""

    model_config = ConfigDict(extra="forbid")
    definitions: list[str] = Field(min_length=1, max_length=200)


@dataclass(frozen=True)
class DefinitionTask:
    """Asks for versions of a definition; whether one still asks for the same is for whoever uses it to judge.

    Given beside it: the `language` to write in, the `number` of versions, and what to `keep`, with ` | ` between.
    """

    name: ClassVar[str] = "definition"
    divisible: ClassVar[bool] = False
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = {"text": pl.String}
    given: ClassVar[tuple[str, ...]] = ("language", "number", "keep")

    @property
    def prompt(self) -> Prompt:
        """What may change and what may not."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """What is given, then a numbered sentence of the definition a line."""
        told = [f"{name}: {in_one_line(words)}" for name, words in passage.given]
        return "\n".join([*told, "definition:", passage.numbered()])

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """A row per version, each once and no more than were wanted; raises `UnusableError` `no_words` for none."""
        said = dict.fromkeys(filter(None, map(in_one_line, answer.definitions)))
        if not said:
            raise UnusableError("no_words", "every version is empty")
        most = dict(passage.given)["number"]
        return [{"text": text} for text in list(said)[: int(most) if most.isdecimal() else None]]


TASK = DefinitionTask
