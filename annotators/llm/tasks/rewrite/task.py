"""Two rewrites of a report, sentence by sentence: one in other words, and one that says something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.prompt import Prompt, prompt
from annotators.llm.quoted import demand_each
from annotators.llm.task import Passage, UnusableError, in_one_line, prompt_beside
from annotators.rewriting.meaning import Reading, contradicts, other_terms, readings


class Rewritten(BaseModel):
    """One sentence, from 1, and its two rewrites."""

    model_config = ConfigDict(extra="forbid")
    sentence: int = Field(ge=1, le=9999)
    synonym: str = Field(min_length=1, max_length=2000)
    antonym: str = Field(min_length=1, max_length=2000)


class Answer(BaseModel):
    """Every sentence of a passage once."""

    model_config = ConfigDict(extra="forbid")
    sentences: list[Rewritten] = Field(max_length=300)


@dataclass(frozen=True)
class RewriteTask:
    """Asks for rewrites, and takes an answer only where our rules read no contradiction of what they are to be.

    The version in other words must differ in words, and may contradict no sentence; the other one must have a
    sentence that is read otherwise. What the rules cannot judge is flagged in `flags`: `other_terms` (the synonym is
    read as other terms, or not at all), `nothing_flipped` (this antonym is read as the sentence itself).
    """

    name: ClassVar[str] = "rewrite"
    answer: ClassVar[type[BaseModel]] = Answer
    columns: ClassVar[Mapping[str, Any]] = {
        "sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64, "text": pl.String, "synonym": pl.String,
        "antonym": pl.String, "flags": pl.List(pl.String),
    }  # fmt: skip
    given: ClassVar[tuple[str, ...]] = ()

    @property
    def prompt(self) -> Prompt:
        """What may change and what may not."""
        return prompt(prompt_beside(__file__))

    def question(self, passage: Passage) -> str:
        """A numbered sentence a line."""
        return passage.numbered()

    def rows(self, answer: Answer, passage: Passage) -> Sequence[dict[str, Any]]:
        """A row per sentence, in order.

        Raises `UnusableError` `no_such_sentence`, `sentence_twice`, `sentence_missing`, `nothing_changed`,
        `meaning_changed` or `nothing_flipped`.
        """
        demand_each(passage, [one.sentence for one in answer.sentences])
        rows = [_row(one, passage) for one in sorted(answer.sentences, key=lambda one: one.sentence)]
        read = readings([words for row in rows for words in (row["text"], row["synonym"], row["antonym"])])
        _judge(rows, list(zip(read[::3], read[1::3], read[2::3], strict=True)))
        return rows


def _row(one: Rewritten, passage: Passage) -> dict[str, Any]:
    start, end = passage.sentences[one.sentence - 1]
    return {
        "sentence": one.sentence - 1,
        "start": start,
        "end": end,
        "text": passage.text[start:end],
        "synonym": in_one_line(one.synonym),
        "antonym": in_one_line(one.antonym),
    }


def _judge(rows: list[dict[str, Any]], read: list[tuple[Reading, Reading, Reading]]) -> None:
    """Raise for versions that are not what they are to be; flag sentences that cannot be judged."""
    if all(_words(row["synonym"]) == _words(row["text"]) for row in rows):
        raise UnusableError("nothing_changed", "every synonym has the words of its sentence")
    for number, (own, synonym, _) in enumerate(read, 1):
        if contradicts(own, synonym):
            raise UnusableError("meaning_changed", f"the synonym of sentence {number} says other findings")
    if all(own == antonym for own, _, antonym in read):
        raise UnusableError("nothing_flipped", "no antonym says another finding than its sentence")
    for row, (own, synonym, antonym) in zip(rows, read, strict=True):
        told = {"other_terms": other_terms(own, synonym), "nothing_flipped": bool(own) and own == antonym}
        row["flags"] = [flag for flag, holds in told.items() if holds]


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text.casefold()).split()


TASK = RewriteTask
