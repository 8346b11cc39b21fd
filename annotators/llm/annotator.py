"""An LLM as an annotator: every answer is stored before it is used, and taken only where it says what the text says."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel

from annotators.llm.asking import Backend, Failure, Request, Sampling
from annotators.llm.budget import Budget
from annotators.llm.round import Retold, Round, Rows
from annotators.llm.task import Passage, Task, parsed
from annotators.reading.sentences import split
from annotators.store import Store

Given = tuple[tuple[str, str], ...]
"""Names and words that a task is given beside a text."""


@dataclass
class Llm:
    """A task for a model. `tries`: how often a question is put whose answers cannot be used, with the reasons."""

    task: Task
    backend: Backend
    store: Store
    sampling: Sampling = field(default_factory=Sampling)
    tries: int = 3
    budget: Budget = field(default_factory=Budget)
    told: Counter[str] = field(default_factory=Counter)
    """asked, stored (before), tokens in and out, and why answers were not taken, so far."""

    def annotate(self, texts: Sequence[str], given: Sequence[Given] = ()) -> list[Rows | Failure]:
        """For each text the rows of its answer, or why there are none; same texts are asked once.

        `given`: beside each text, what the task asks for (`Task.given`). Raises `BudgetSpentError` where what may be
        asked is not enough; what was answered is stored then.
        """
        passages = _passages(texts, given)
        made: dict[Passage, Rows | Failure] = {passage: () for passage in passages if not passage.sentences}
        unread: Mapping[Passage, Retold] = {passage: () for passage in passages if passage not in made}
        for _ in range(self.tries):
            asking = Round(
                self.store, self.budget, self.told, unread,
                request=self._request, parse=lambda passage, said: parsed(self.task, said, passage),
            )  # fmt: skip
            self.backend.ask(asking.requests(), asking.took)
            if asking.over:
                raise self.budget.end(self.told)
            made.update(asking.made)
            unread = asking.again
        return [made[passage] for passage in passages]

    def requests(self, texts: Sequence[str], given: Sequence[Given] = ()) -> Iterator[Request]:
        """What would be asked first, stored or not."""
        return (self._request(passage, ()) for passage in _passages(texts, given) if passage.sentences)

    def _request(self, passage: Passage, retold: Retold) -> Request:
        messages = self.task.prompt.messages(self.task.question(passage), retold)
        schema = schema_of(self.task.answer)
        return Request(self.task.name, self.backend.model, self.backend.revision, self.sampling, messages, schema)


def _passages(texts: Sequence[str], given: Sequence[Given]) -> list[Passage]:
    """One per text; equal texts that are given the same are equal."""
    bounds = {text: tuple(split(text)) for text in dict.fromkeys(texts)}
    beside = given or [()] * len(texts)
    return [Passage(text, bounds[text], one) for text, one in zip(texts, beside, strict=True)]


@cache
def schema_of(answer: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON schema of an answer; pydantic makes it anew each time, which takes as long as asking."""
    return answer.model_json_schema()
