"""Any server that speaks OpenAI's chat completions (vLLM, SGLang, llama.cpp, TGI), many questions at a time.

What the server asks for (429 and 503 with `Retry-After`) and what nobody asks for (a lost connection) is waited out by
the `openai` client, with growing pauses, for `patience` seconds; then the server counts as gone; answers so far stay.
"""

import asyncio
import math
import os
import re
import time
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from annotators.llm.asking import Failure, Reply, Request, Took, too_long
from annotators.llm.pace import paces
from schemas.errors import GoneError

_KEY: Final = "MEDMILL_LLM_KEY"
"""The environment variable with the server's key: that of another service is never sent to this one."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
"""Seconds; those of the `openai` client (3.57), which doubles from one to the other."""


class ServerGoneError(GoneError):
    """The server does not answer any more, or not us."""


@dataclass(frozen=True)
class Server:
    """One model behind an address like `http://127.0.0.1:8000/v1`.

    `revision`: which weights these are, in your words: servers do not say. `at_once`: questions under way together.
    `patience`: seconds for which a server may be away. `timeout`: seconds for one answer. `context`: tokens of prompt
    and answer that the model reads, for servers that cut a prompt in silence; others refuse it. `per_minute`,
    `tokens_per_minute`: at most so many questions and tokens, by this process.
    """

    model: str
    url: str = field(repr=False)
    revision: str = ""
    at_once: int = field(default=64, repr=False)
    patience: float = field(default=120.0, repr=False)
    timeout: float = field(default=600.0, repr=False)
    context: int | None = field(default=None, repr=False)
    per_minute: int | None = field(default=None, repr=False)
    tokens_per_minute: int | None = field(default=None, repr=False)

    def fits(self, request: Request) -> bool:
        """Whether prompt and answer are within the context, at most 3 characters a token; a server's own is unknown."""
        return self.context is None or _most_tokens(request) + request.sampling.most_tokens <= self.context

    def ask(self, requests: Iterable[Request], took: Took) -> None:
        """Tell `took` each reply as it comes; raises `ServerGoneError`, and what `took` raises."""
        try:
            _run(self._all(iter(requests), took))
        except BaseExceptionGroup as group:
            raise _first(group) from None

    async def _all(self, requests: Iterator[Request], took: Took) -> None:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        # neither a proxy of the environment nor a redirection: text goes to this server alone
        http = DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False, verify=_certificates())
        async with AsyncOpenAI(
            base_url=self.url, api_key=os.environ.get(_KEY, "none"), timeout=self.timeout, max_retries=self._retries,
            http_client=http,
        ) as client:  # fmt: skip
            asked, tokens = paces(self.url, self.per_minute, self.tokens_per_minute)
            door = asyncio.Lock()

            async def work() -> None:
                while True:
                    async with door:  # one by one, and drawn only when it may go
                        await asked.turn()
                        await tokens.turn()
                        if (request := next(requests, None)) is None:
                            return
                        asked.spend(1)
                    reply = await self._one(client, request)
                    if isinstance(reply, Reply):
                        tokens.spend(reply.prompt_tokens + reply.output_tokens)
                    took(request, reply)

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
            return _refusal(error.status_code, str(error))
        except openai.APIStatusError as error:
            raise ServerGoneError(
                f"{self.url}: status {error.status_code}; {_MEANS.get(error.status_code, _GO_ON)}"
            ) from None
        except openai.OpenAIError as error:
            name = type(error).__name__
            raise ServerGoneError(f"{self.url}: no answer in {self.patience:.0f} s ({name}); {_GO_ON}") from None
        return _reply(made, time.perf_counter() - begin)


@cache
def _certificates() -> Any:
    """What an https address is held to; reading them anew for each partition took a tenth of a second."""
    import httpx2  # the library of the `openai` client

    return httpx2.create_ssl_context(trust_env=False)


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
    form = {"name": "answer", "strict": True, "schema": dict(request.schema)}
    return {
        "model": request.model,
        "messages": [dict(message) for message in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "max_tokens": sampling.most_tokens,
        **({"response_format": {"type": "json_schema", "json_schema": form}} if request.schema else {}),
    }


_TOO_LONG: Final = re.compile(r"context|too long|max_new_tokens|maximum.{0,20}length", re.IGNORECASE)
"""What vLLM, SGLang, llama.cpp, TGI and OpenAI say of a prompt that is too long; their words are not passed on."""
_CHARACTERS_PER_TOKEN: Final = 3
"""At least, of English; with 32 characters for what a template puts around a message."""


def _refusal(status: int, said: str) -> Failure:
    if _TOO_LONG.search(said):
        return too_long(f"status {status}: prompt and answer are more than the model reads")
    return Failure("refused_by_server", f"status {status}: the server has no such option, or does not take the text")


def _most_tokens(request: Request) -> int:
    return sum(len(message["content"]) + 32 for message in request.messages) // _CHARACTERS_PER_TOKEN


def _reply(made: Any, seconds: float) -> Reply | Failure:
    if not made.choices:
        return Failure("no_answer", "the server gave no choice")
    choice, usage = made.choices[0], made.usage
    tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
    return Reply(choice.message.content or "", choice.finish_reason or "", *tokens, seconds)
