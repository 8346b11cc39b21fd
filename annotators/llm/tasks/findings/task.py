"""Entities of a report: quoted, typed, with what is said of them and where they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.quoted import Quotation, placed
from annotators.llm.task import Passage, prompt_beside

Type = Literal["Anatomy", "Abnormality", "Disease", "Non-Abnormality", "Non-Disease"]
"""Of RaTE-NER (arXiv 2406.16845)."""
Assertion = Literal["present", "absent", "uncertain", "resolved", "historical", "hypothetical", "not_assessed"]


class Quoted(Quotation):
    """One entity."""

    type: Type
    assertion: Assertion
    anatomy: str = Field(max_length=100)


class Answer(BaseModel):
    """All entities of a passage."""

    model_config = ConfigDict(extra="forbid")
    entities: list[Quoted] = Field(max_length=300)


@dataclass(frozen=True)
class FindingsTask:
    """Asks for entities; takes an answer only where every quotation stands in the sentence that it names."""

    name: ClassVar[str] = "findings"
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = {
        "sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64, "text": pl.String, "found": pl.String,
        "type": pl.String, "assertion": pl.String, "anatomy": pl.String,
    }  # fmt: skip
    given: ClassVar[tuple[str, ...]] = ()

    @property
    def prompt(self) -> Prompt:
        """How entities are told from what is none."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """A numbered sentence a line."""
        return passage.numbered()

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """Entities with their offsets in the passage, in the order of the text, each once.

        Raises `UnusableError` `no_such_sentence` or `quote_not_in_source`.
        """
        found = {(row["start"], row["end"], row["type"]): row for row in self._located(answer, passage)}
        return [found[place] for place in sorted(found)]

    def _located(self, answer: Answer, passage: Passage) -> Iterator[dict[str, Any]]:
        for number, entity in enumerate(answer.entities, 1):
            at = placed(passage, entity.sentence, entity.quote, entity.occurrence, f"entity {number}")
            yield {**at, **entity.model_dump(include={"type", "assertion", "anatomy"})}


TASK = FindingsTask
