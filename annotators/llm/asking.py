"""What is asked of a language model, and what comes back; backends turn one into the other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Protocol

from annotators.store import key_of

Message = Mapping[str, str]
"""`role` (system, user, assistant) and `content`."""


@dataclass(frozen=True)
class Sampling:
    """How the model chooses words; the defaults repeat themselves as far as the engine does."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    most_tokens: int = 2048
    """Of an answer; one that is cut off there is a failure."""


@dataclass(frozen=True)
class Request:
    """One question to one model. `task` names whose it is; `schema`: the JSON schema that the answer is held to.

    Without one any text is an answer.
    """

    task: str
    model: str
    revision: str
    sampling: Sampling
    messages: tuple[Message, ...]
    schema: Mapping[str, Any] = field(repr=False)

    @cached_property
    def key(self) -> str:
        """What the answer is stored by: everything that makes it, and nothing of who asks or where the model runs."""
        return key_of([self.model, self.revision, asdict(self.sampling), list(map(dict, self.messages)), self.schema])


@dataclass(frozen=True)
class Reply:
    """What a model said. `finish` as the engine has it: `stop`, or `length` where it was cut off."""

    text: str
    finish: str
    prompt_tokens: int
    output_tokens: int
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why there are no rows: `reason` in snake_case, and what to do, without words of the text."""

    reason: str
    detail: str


def too_long(why: str) -> Failure:
    """Of a text that the model does not read at once."""
    help_ = "allow a shorter answer (--most-tokens), or have it read in parts (--too-long split)"
    return Failure("too_long", f"{why}; {help_}")


Took = Callable[[Request, Reply | Failure], None]
"""What is done with a reply, before the next question is asked in its place."""


class Backend(Protocol):
    """Where a model runs."""

    @property
    def model(self) -> str:
        """What the engine calls it."""
        ...

    @property
    def revision(self) -> str:
        """Which weights these are."""
        ...

    def fits(self, request: Request) -> bool:
        """Whether the model reads the prompt and has room for the longest answer, as far as that is known."""
        ...

    def ask(self, requests: Iterable[Request], took: Took) -> None:
        """Tell `took` each reply as it comes, in any order; raises `MedmillError` where the model is gone for good.

        Requests are drawn as there is room for them.
        """
        ...
