"""An LLM as an annotator: every answer is stored before it is used, and taken only where it says what the text says."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from annotators.llm.asking import Backend, Failure, Reply, Request, Sampling
from annotators.llm.task import Passage, Task, UnusableError, parsed
from annotators.reading.sentences import split
from annotators.store import Store

Rows = Sequence[dict[str, Any]]
_CUT_OFF: Final = Failure("cut_off", "the answer reached the most tokens allowed; raise most_tokens")
_Retold = tuple[tuple[str, str], ...]
"""Answers that were no use, and why."""
_EMPTY: Final = Failure("empty_answer", "the model said nothing")


@dataclass
class Llm:
    """A task for a model. `tries`: how often a question is put whose answers cannot be used, with the reasons."""

    task: Task
    backend: Backend
    store: Store
    sampling: Sampling = field(default_factory=Sampling)
    tries: int = 3
    told: Counter[str] = field(default_factory=Counter)
    """asked, stored (before), tokens in and out, and why answers were not taken, so far."""

    def annotate(self, texts: Sequence[str]) -> list[Rows | Failure]:
        """For each text the rows of its answer, or why there are none; same texts are asked once."""
        passages = {text: Passage(text, tuple(split(text))) for text in dict.fromkeys(texts)}
        made: dict[str, Rows | Failure] = {text: () for text, passage in passages.items() if not passage.sentences}
        unread: dict[str, _Retold] = {text: () for text in passages if text not in made}
        for _ in range(self.tries):
            unread = self._round(unread, passages, made)
        return [made[text] for text in texts]

    def _round(
        self, unread: "dict[str, _Retold]", passages: dict[str, Passage], made: "dict[str, Rows | Failure]"
    ) -> "dict[str, _Retold]":
        """Ask what is not stored, read all; returns what is to be asked again, with the answers that were no use."""
        asked: dict[str, list[str]] = {}
        refused: dict[str, Failure] = {}
        again: dict[str, _Retold] = {}

        def read(text: str, said: str) -> None:
            try:
                made[text] = parsed(self.task, said, passages[text])
            except UnusableError as error:
                self.told[error.reason] += 1
                made[text] = Failure(error.reason, error.why)
                again[text] = (*unread[text], (said, error.why))

        def requests() -> Iterator[Request]:
            for text, retold in unread.items():
                request = self._request(passages[text], retold)
                waiting = asked.setdefault(request.key, [])
                waiting.append(text)
                if (stored := self.store.get(request.key)) is not None:
                    self.told["stored"] += 1
                    read(text, stored["text"])
                elif request.key in refused:
                    made[text] = refused[request.key]
                elif len(waiting) == 1:
                    yield request

        def took(request: Request, reply: Reply | Failure) -> None:
            usable = self._stored(request, reply)
            for text in asked[request.key]:
                if isinstance(usable, Reply):
                    read(text, usable.text)
                else:
                    made[text] = refused[request.key] = usable

        self.backend.ask(requests(), took)
        return again

    def _stored(self, request: Request, reply: Reply | Failure) -> Reply | Failure:
        """Store an answer, and count it; no failure is stored."""
        self.told["asked"] += 1
        usable = _usable(reply)
        if isinstance(usable, Failure):
            self.told[usable.reason] += 1
            return usable
        self.told["tokens_in"] += usable.prompt_tokens
        self.told["tokens_out"] += usable.output_tokens
        self.store.put(request.key, {"task": self.task.name, "model": request.model, **vars(usable)})
        return usable

    def _request(self, passage: Passage, retold: Sequence[tuple[str, str]]) -> Request:
        messages = self.task.prompt.messages(self.task.question(passage), retold)
        return Request(self.backend.model, self.backend.revision, self.sampling, messages, schema_of(self.task.answer))


@cache
def schema_of(answer: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON schema of an answer; pydantic makes it anew each time, which takes as long as asking."""
    return answer.model_json_schema()


def _usable(reply: Reply | Failure) -> Reply | Failure:
    """The reply, unless it was cut off or is empty."""
    if isinstance(reply, Failure):
        return reply
    if reply.finish == "length":
        return _CUT_OFF
    return reply if reply.text.strip() else _EMPTY
