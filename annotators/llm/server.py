"""Any server that speaks OpenAI's chat completions (vLLM, SGLang, llama.cpp, TGI), many questions at a time.

What the server asks for (429 and 503 with `Retry-After`) and what nobody asks for (a lost connection) is waited out by
the `openai` client, with growing pauses, for `patience` seconds; then the server counts as gone; answers so far stay.
"""

import asyncio
import math
import os
import time
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from annotators.llm.asking import Failure, Reply, Request, Took
from schemas.errors import MedmillError

_KEY: Final = "MEDMILL_LLM_KEY"
"""The environment variable with the server's key: that of another service is never sent to this one."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
"""Seconds; those of the `openai` client (3.57), which doubles from one to the other."""


class ServerGoneError(MedmillError):
    """The server does not answer any more, or not us."""


@dataclass(frozen=True)
class Server:
    """One model behind an address like `http://127.0.0.1:8000/v1`.

    `revision`: which weights these are, in your words: servers do not say. `at_once`: questions under way together.
    `patience`: seconds for which a server may be away. `timeout`: seconds for one answer.
    """

    model: str
    url: str = field(repr=False)
    revision: str = ""
    at_once: int = field(default=64, repr=False)
    patience: float = field(default=120.0, repr=False)
    timeout: float = field(default=600.0, repr=False)

    def ask(self, requests: Iterable[Request], took: Took) -> None:
        """Tell `took` each reply as it comes; raises `ServerGoneError`, and what `took` raises."""
        try:
            _run(self._all(iter(requests), took))
        except BaseExceptionGroup as group:
            raise _first(group) from None

    async def _all(self, requests: Iterator[Request], took: Took) -> None:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        # neither a proxy of the environment nor a redirection: text goes to this server alone
        http = DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False)
        async with AsyncOpenAI(
            base_url=self.url, api_key=os.environ.get(_KEY, "none"), timeout=self.timeout, max_retries=self._retries,
            http_client=http,
        ) as client:  # fmt: skip

            async def work() -> None:
                for request in requests:
                    took(request, await self._one(client, request))

            async with asyncio.TaskGroup() as group:
                for _ in range(self.at_once):
                    group.create_task(work())

    @property
    def _retries(self) -> int:
        """How many pauses make up the patience; each may be a quarter shorter."""
        growing = math.ceil(math.log2(_LONGEST_PAUSE / _FIRST_PAUSE))
        return growing + math.ceil(self.patience / (0.75 * _LONGEST_PAUSE))

    async def _one(self, client: Any, request: Request) -> Reply | Failure:
        import openai

        begin = time.perf_counter()
        try:
            made = await client.chat.completions.create(**_arguments(request))
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            return Failure(
                "refused_by_server", f"status {error.status_code}: too long for the model, or no such option"
            )
        except openai.APIStatusError as error:
            raise ServerGoneError(
                f"{self.url}: status {error.status_code}; {_MEANS.get(error.status_code, _GO_ON)}"
            ) from None
        except openai.OpenAIError as error:
            name = type(error).__name__
            raise ServerGoneError(f"{self.url}: no answer in {self.patience:.0f} s ({name}); {_GO_ON}") from None
        return _reply(made, time.perf_counter() - begin)


def _run(asking: Coroutine[Any, Any, None]) -> None:
    """To the end; in a thread of its own where this one runs a loop already, as a notebook's does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(asking)
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asking).result()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


_GO_ON: Final = "see to the server, then the same command goes on: answers so far are stored"
_MEANS: Final = {
    401: f"set {_KEY} to its key",
    403: f"set {_KEY} to a key that may use the model",
    404: "it serves no such model, or the address lacks /v1",
}


def _arguments(request: Request) -> dict[str, Any]:
    sampling = request.sampling
    return {
        "model": request.model,
        "messages": [dict(message) for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "max_tokens": sampling.most_tokens,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": dict(request.schema)},
        },
    }


def _reply(made: Any, seconds: float) -> Reply | Failure:
    if not made.choices:
        return Failure("no_answer", "the server gave no choice")
    choice, usage = made.choices[0], made.usage
    tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    return Reply(choice.message.content or "", choice.finish_reason or "", *tokens, seconds)
