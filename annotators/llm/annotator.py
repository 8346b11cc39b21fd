"""An LLM as an annotator: every answer is stored before it is used, and taken only where it says what the text says."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Literal

from pydantic import BaseModel

from annotators.llm.asking import Backend, Failure, Reply, Request, Sampling, too_long
from annotators.llm.budget import Budget
from annotators.llm.round import Retold, Round, Rows
from annotators.llm.task import Passage, PlainText, Task, parsed
from annotators.reading.sentences import split
from annotators.store import Store

Given = tuple[tuple[str, str], ...]
"""Names and words that a task is given beside a text."""


@dataclass
class Llm:
    """A task for a model. `tries`: how often a question is put whose answers cannot be used, with the reasons.

    `too_long`: what becomes of a text that the model does not read at once: rejected, or split between sentences into
    parts that are asked apart. `came` is called after each answer.
    """

    task: Task
    backend: Backend
    store: Store
    sampling: Sampling = field(default_factory=Sampling)
    tries: int = 3
    budget: Budget = field(default_factory=Budget)
    too_long: Literal["reject", "split"] = "reject"
    came: Callable[[], None] = lambda: None
    told: Counter[str] = field(default_factory=Counter)
    """asked, stored (before), tokens in and out, and why answers were not taken, so far."""

    def annotate(self, texts: Sequence[str], given: Sequence[Given] = ()) -> list[Rows | Failure]:
        """For each text the rows of its answer, or why there are none; same texts are asked once.

        `given`: beside each text, what the task asks for (`Task.given`). Raises `BudgetSpentError` where what may be
        asked is not enough; what was answered is stored then.
        """
        passages = _passages(texts, given)
        made = self._read(list(dict.fromkeys(passage for passage in passages if passage.sentences)))
        return [made.get(passage, ()) for passage in passages]

    def _read(self, passages: Sequence[Passage]) -> dict[Passage, Rows | Failure]:
        """Of each; one that is too long is read in halves, and these again, where it may be."""
        made = self._put(passages)
        parts = {passage: passage.halves() for passage, said in made.items() if self._splits(passage, said)}
        if parts:
            found = self._read([half for both in parts.values() for half in both])
            made |= {passage: _joined([found[half] for half in both]) for passage, both in parts.items()}
        return made

    def _splits(self, passage: Passage, said: Rows | Failure) -> bool:
        too_long = isinstance(said, Failure) and said.reason == "too_long"
        return too_long and self.too_long == "split" and self.task.divisible and len(passage.sentences) > 1

    def _put(self, passages: Sequence[Passage]) -> dict[Passage, Rows | Failure]:
        """Questions in rounds, until their answers can be used or were tried often enough."""
        made: dict[Passage, Rows | Failure] = {}
        unread: Mapping[Passage, Retold] = dict.fromkeys(passages, ())
        for _ in range(self.tries):
            asking = Round(
                self.store, self.budget, self.told, self._fitting(unread, made),
                request=self._request, parse=lambda passage, said: parsed(self.task, said, passage),
            )  # fmt: skip
            self.backend.ask(asking.requests(), partial(self._took, asking))
            if asking.over:
                raise self.budget.end(self.told)
            made |= asking.made
            unread = asking.again
        return made

    def _fitting(
        self, unread: Mapping[Passage, Retold], made: dict[Passage, Rows | Failure]
    ) -> Mapping[Passage, Retold]:
        """Those that are stored, or that the model can read; why the others have no rows stands in `made` then."""
        fitting = {}
        for passage, retold in unread.items():
            request = self._request(passage, retold)
            if request.key in self.store or self.backend.fits(request):
                fitting[passage] = retold
            elif passage not in made:  # else it has a reason, and only its answer made it too long to be put again
                made[passage] = too_long("prompt and answer are more tokens than the model reads")
                self.told["too_long"] += 1
        return fitting

    def _took(self, asking: Round, request: Request, reply: Reply | Failure) -> None:
        asking.took(request, reply)
        self.came()

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


def _joined(parts: Sequence[Rows | Failure]) -> Rows | Failure:
    """Rows of all parts, or why one has none: half of a text would pass for the whole."""
    rows: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, Failure):
            return part
        rows += part
    return rows


@cache
def schema_of(answer: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON schema of an answer, none for plain text; pydantic makes it anew each time, as slowly as one asks."""
    return {} if answer is PlainText else answer.model_json_schema()
