"""Sentences of a chest CT report cut into parts, each with the structure that it speaks of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.quoted import demand_each, placed
from annotators.llm.task import Passage, UnusableError, prompt_beside
from schemas import anatomy, regions
from schemas.grounding import NO_NODE


@cache
def nodes() -> tuple[str, ...]:
    """What a part may speak of: the nodes that have a published name in the hierarchy of regions, or none."""
    return (*(name for name in anatomy.names() if regions.nearest(name) == name), NO_NODE)


class _OneOfNodes:
    """Makes the schema an enumeration when it is asked for: the hierarchy is not read at import."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(core), "enum": list(nodes())}


class Part(BaseModel):
    """Words of a sentence, and the node they speak of."""

    model_config = ConfigDict(extra="forbid")
    quote: str = Field(min_length=1, max_length=1000)
    occurrence: int = Field(default=1, ge=1, le=50)
    node: Annotated[str, _OneOfNodes]


class Divided(BaseModel):
    """One sentence, from 1, and its parts."""

    model_config = ConfigDict(extra="forbid")
    sentence: int = Field(ge=1, le=9999)
    parts: list[Part] = Field(min_length=1, max_length=40)


class Answer(BaseModel):
    """Every sentence of a passage once."""

    model_config = ConfigDict(extra="forbid")
    sentences: list[Divided] = Field(max_length=300)


@dataclass(frozen=True)
class RegionDivisionTask:
    """Asks which part of which sentence speaks of what, by the nodes that `annotators.grounding` ties parts to."""

    name: ClassVar[str] = "region-division"
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = {
        "sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64, "text": pl.String, "found": pl.String,
        "node": pl.String, "region": pl.String,
    }  # fmt: skip
    given: ClassVar[tuple[str, ...]] = ()

    @property
    def prompt(self) -> Prompt:
        """How a sentence is cut, and which node is meant."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """A numbered sentence a line."""
        return passage.numbered()

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """Parts with their offsets in the passage, in the order of the text, each part and node once.

        Raises `UnusableError` `no_such_sentence`, `sentence_twice`, `sentence_missing`, `no_such_node` or
        `quote_not_in_source`.
        """
        demand_each(passage, [one.sentence for one in answer.sentences])
        found = {(row["start"], row["end"], row["node"]): row for row in self._located(answer, passage)}
        return [found[place] for place in sorted(found)]

    def _located(self, answer: Answer, passage: Passage) -> Iterator[dict[str, Any]]:
        for one in answer.sentences:
            for number, part in enumerate(one.parts, 1):
                told = f"part {number} of sentence {one.sentence}"
                if part.node not in nodes():
                    raise UnusableError("no_such_node", f"{told} names a node that is not in the list")
                region = None if part.node == NO_NODE else regions.region(part.node)
                at = placed(passage, one.sentence, part.quote, part.occurrence, told)
                yield {**at, "node": part.node, "region": region}


TASK = RegionDivisionTask
