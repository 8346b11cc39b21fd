"""Quotations in a model's answer: by sentence and occurrence, and taken only where they stand there."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from annotators.llm.task import Passage, UnusableError
from annotators.quotes import locate


class Quotation(BaseModel):
    """Words of a sentence; sentences count from 1, as the question shows them."""

    model_config = ConfigDict(extra="forbid")
    sentence: int = Field(ge=1, le=9999)
    quote: str = Field(min_length=1, max_length=200)
    occurrence: int = Field(default=1, ge=1, le=50)


def placed(passage: Passage, sentence: int, quote: str, occurrence: int, told: str) -> dict[str, Any]:
    """Where a quotation stands: `sentence` (from 0), `start`, `end`, `text`, `found`; characters of the passage.

    `told` names it in what the model is told. Raises `UnusableError` `no_such_sentence` or `quote_not_in_source`.
    """
    demand_sentence(passage, sentence, told)
    words = passage.sentence(sentence - 1)
    at = locate(quote, words, occurrence)
    if at is None:
        why = f"the quotation of {told} does not stand {occurrence} times in that sentence"
        raise UnusableError("quote_not_in_source", why)
    begin = passage.sentences[sentence - 1][0]
    return {
        "sentence": sentence - 1,
        "start": begin + at.start,
        "end": begin + at.end,
        "text": words[at.start : at.end],
        "found": at.how,
    }


def demand_sentence(passage: Passage, sentence: int, told: str) -> None:
    """Raise `UnusableError` `no_such_sentence` unless the passage has it."""
    if sentence > len(passage.sentences):
        raise UnusableError("no_such_sentence", f"{told} names sentence {sentence} of {len(passage.sentences)}")


def demand_each(passage: Passage, sentences: list[int]) -> None:
    """Raise `UnusableError` unless every sentence is answered once: `sentence_twice`, `sentence_missing`."""
    for place, number in enumerate(sentences):
        demand_sentence(passage, number, f"answer {place + 1}")
        if number in sentences[:place]:
            raise UnusableError("sentence_twice", f"sentence {number} is answered more than once")
    if missing := sorted(set(range(1, len(passage.sentences) + 1)) - set(sentences)):
        told = ", ".join(map(str, missing[:10]))
        raise UnusableError("sentence_missing", f"no answer to sentence {told}{' …' if len(missing) > 10 else ''}")
