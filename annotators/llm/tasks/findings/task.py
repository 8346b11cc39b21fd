"""Entities of a report: quoted, typed, with what is said of them and where they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.task import Passage, UnusableError, prompt_beside
from annotators.quotes import locate

Type = Literal["Anatomy", "Abnormality", "Disease", "Non-Abnormality", "Non-Disease"]
"""Of RaTE-NER (arXiv 2406.16845)."""
Assertion = Literal["present", "absent", "uncertain", "resolved", "historical", "hypothetical", "not_assessed"]


class Quoted(BaseModel):
    """One entity. Sentences count from 1, as the question shows them."""

    model_config = ConfigDict(extra="forbid")
    sentence: int = Field(ge=1, le=9999)
    quote: str = Field(min_length=1, max_length=200)
    occurrence: int = Field(default=1, ge=1, le=50)
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

    @property
    def prompt(self) -> Prompt:
        """How entities are told from what is none."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """A numbered sentence a line; line breaks within one are blanks, so that no text can pose as a line of ours."""
        lines = (" ".join(passage.sentence(number).split()) for number in range(len(passage.sentences)))
        return "\n".join(f"[{number}] {line}" for number, line in enumerate(lines, 1))

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """Entities with their offsets in the passage, in the order of the text, each once.

        Raises `UnusableError` `no_such_sentence` or `quote_not_in_source`.
        """
        found = {(row["start"], row["end"], row["type"]): row for row in self._located(answer, passage)}
        return [found[place] for place in sorted(found)]

    def _located(self, answer: Answer, passage: Passage) -> Iterator[dict[str, Any]]:
        for number, entity in enumerate(answer.entities, 1):
            if entity.sentence > len(passage.sentences):
                raise UnusableError(
                    "no_such_sentence", f"entity {number} names sentence {entity.sentence} of {len(passage.sentences)}"
                )
            sentence = passage.sentence(entity.sentence - 1)
            at = locate(entity.quote, sentence, entity.occurrence)
            if at is None:
                told = f"the quotation of entity {number} does not stand {entity.occurrence} times in that sentence"
                raise UnusableError("quote_not_in_source", told)
            begin = passage.sentences[entity.sentence - 1][0]
            yield {
                "sentence": passage.before + entity.sentence - 1,
                "start": begin + at.start,
                "end": begin + at.end,
                "text": sentence[at.start : at.end],
                "found": at.how,
                **entity.model_dump(include={"type", "assertion", "anatomy"}),
            }
