"""One round of questions: what is stored is read, the rest is asked, and what is no use is left to the next round."""

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
    """`unread`: texts without rows, and what was answered in vain; `parse` makes rows of a text's answer.

    `made` has rows or a failure for each text that was read, `again` what is to be put again. Texts of one question
    share its answer. `over`: the budget is spent; what was under way then is answered.
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
        """What has no answer in the store, each question once."""
        for text, retold in self.unread.items():
            request = self.request(text, retold)
            texts = self._asked.setdefault(request.key, [])
            texts.append(text)
            stored = self.store.get(request.key)
            if stored is not None:
                self.told["stored"] += 1
                self._read(text, stored["text"])
            elif request.key in self._refused:
                self.made[text] = self._refused[request.key]
            elif len(texts) == 1:
                self.over = self.budget.spent(self.told, len(self._under_way))
                if self.over:
                    return
                self._under_way.add(request.key)
                yield request

    def took(self, request: Request, reply: Reply | Failure) -> None:
        """Store a reply, then read it for every text of its question; no failure is stored."""
        self._under_way.remove(request.key)
        self.told["asked"] += 1
        usable = _usable(reply)
        if isinstance(usable, Failure):
            self.told[usable.reason] += 1
            self._refused[request.key] = usable
            self.made.update(dict.fromkeys(self._asked[request.key], usable))
            return
        self.told["tokens_in"] += usable.prompt_tokens
        self.told["tokens_out"] += usable.output_tokens
        self.store.put(request.key, {"task": request.task, "model": request.model, **vars(usable)})
        for text in self._asked[request.key]:
            self._read(text, usable.text)

    def _read(self, text: Passage, said: str) -> None:
        try:
            self.made[text] = self.parse(text, said)
        except UnusableError as error:
            self.told[error.reason] += 1
            self.made[text] = Failure(error.reason, error.why)
            self.again[text] = (*self.unread[text], (said, error.why))


def _usable(reply: Reply | Failure) -> Reply | Failure:
    """The reply, unless it was cut off or is empty."""
    if isinstance(reply, Failure):
        return reply
    if reply.finish == "length":
        return _CUT_OFF
    return reply if reply.text.strip() else _EMPTY
