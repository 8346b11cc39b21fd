"""One round of questions: what is stored is read, the rest is asked, and what is no use is left to the next round."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from annotators.llm.asking import Failure, Reply, Request
from annotators.llm.budget import Budget
from annotators.llm.task import Passage, UnusableError
from annotators.store import Store

Rows = Sequence[dict[str, Any]]
Retold = tuple[tuple[str, str], ...]
"""Answers to a question that were no use, and why."""
_CUT_OFF: Final = Failure("cut_off", "the answer reached the most tokens allowed; raise most_tokens")
_EMPTY: Final = Failure("empty_answer", "the model said nothing")


@dataclass
class Round:
    """`unread`: passages without rows, and what was answered in vain; `parse` makes rows of a passage's answer.

    `made` has rows or a failure for each passage that was read, `again` what is to be put again. Passages of one
    question share its answer. `over`: the budget is spent; what was under way then is answered.
    """

    store: Store
    budget: Budget
    told: Counter[str]
    unread: Mapping[Passage, Retold]
    request: Callable[[Passage, Retold], Request]
    parse: Callable[[Passage, str], Rows]
    made: dict[Passage, Rows | Failure] = field(default_factory=dict)
    again: dict[Passage, Retold] = field(default_factory=dict)
    over: bool = False
    _asked: dict[str, list[Passage]] = field(default_factory=dict)
    _refused: dict[str, Failure] = field(default_factory=dict)
    _under_way: set[str] = field(default_factory=set)

    def requests(self) -> Iterator[Request]:
        """What has no answer in the store, each question once.

        Every process has an order of its own, and looks at what others stored meanwhile: two that work on the same
        texts share them, where in one order they would ask the same all the way.
        """
        for passage in random.sample(list(self.unread), len(self.unread)):
            request = self.request(passage, self.unread[passage])
            passages = self._asked.setdefault(request.key, [])
            passages.append(passage)
            self.store.refresh()
            stored = self.store.get(request.key)
            if stored is not None:
                self.told["stored"] += 1
                self._read(passage, stored["text"])
            elif request.key in self._refused:
                self.made[passage] = self._refused[request.key]
            elif len(passages) == 1:
                self.over = self.budget.spent(self.told, len(self._under_way))
                if self.over:
                    return
                self._under_way.add(request.key)
                yield request

    def took(self, request: Request, reply: Reply | Failure) -> None:
        """Store a reply, then read it for every passage of its question; no failure is stored."""
        self._under_way.remove(request.key)
        self.told["asked"] += 1
        usable = _usable(request, reply)
        if isinstance(usable, Failure):
            self.told[usable.reason] += 1
            self._refused[request.key] = usable
            self.made.update(dict.fromkeys(self._asked[request.key], usable))
            return
        self.told["tokens_in"] += usable.prompt_tokens
        self.told["tokens_out"] += usable.output_tokens
        self.store.put(request.key, {"task": request.task, "model": request.model, **vars(usable)})
        for passage in self._asked[request.key]:
            self._read(passage, usable.text)

    def _read(self, passage: Passage, said: str) -> None:
        try:
            self.made[passage] = self.parse(passage, said)
        except UnusableError as error:
            self.told[error.reason] += 1
            self.made[passage] = Failure(error.reason, error.why)
            self.again[passage] = (*self.unread[passage], (said, error.why))


def _usable(request: Request, reply: Reply | Failure) -> Reply | Failure:
    """The reply, unless it is empty, or was cut off where a whole object is asked for."""
    if isinstance(reply, Failure):
        return reply
    if reply.finish == "length" and request.schema:
        return _CUT_OFF
    return reply if reply.text.strip() else _EMPTY
