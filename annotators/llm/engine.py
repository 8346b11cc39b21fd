"""vLLM in this process, for many texts on a node of one's own: no server, no port, and it ends with the process.

One engine a process, loaded when it is first asked and kept for who asks the same model then: with a worker per GPU
that is one engine per GPU. It is fed as it empties, so that its batches stay full. Its core runs in this process too:
workers of Dask are daemons, which may start no processes.
"""

import time
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import Any, Final

from annotators.llm.asking import Reply, Request, Took, too_long
from annotators.llm.loading import demand_model, lacks_memory, load, unload
from annotators.llm.weights import identity
from schemas.errors import MedmillError

_AT_ONCE: Final = 512
"""Questions that the engine holds: twice what it reads together, so that it never waits for us."""


class EngineLostError(MedmillError):
    """The engine stopped in the middle; what was under way is asked again by the next run."""


@dataclass(frozen=True)
class Engine:
    """A model of a folder (config.json, weights, a tokenizer with a chat template), as vLLM runs it.

    `name` and `weights`: what the model and its weights are called where answers are stored, like those of a server;
    by default the folder's name and a hash of its files. `options`: vLLM's own, by name (`max_model_len`,
    `gpu_memory_utilization`, `enforce_eager` …). `at_once`: questions that it holds.
    """

    folder: Path
    name: str = ""
    weights: str = ""
    options: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    at_once: int = field(default=_AT_ONCE, repr=False)

    @property
    def model(self) -> str:
        """Its name."""
        return self.name or self.folder.absolute().name

    @property
    def revision(self) -> str:
        """Which weights these are: as told, or by what lies in the folder; raises `MedmillError` if it is no model."""
        if not self.weights:
            demand_model(self.folder)
        return self.weights or identity(self.folder)

    def fits(self, request: Request) -> bool:
        """Whether the prompt and the longest answer are within what the model reads."""
        loaded = _loaded(self)
        room = loaded.context - request.sampling.most_tokens
        return _bytes(request) <= room or loaded.prepare(request, room)

    def ask(self, requests: Iterable[Request], took: Took) -> None:
        """Tell `took` each reply as it comes; raises `MedmillError` where the model does not load, or is lost."""
        requests = iter(requests)
        first = next(requests, None)
        if first is None:  # all is stored: nothing is loaded for it
            return
        loaded = _loaded(self)
        with loaded.lock:
            try:
                _stream(loaded, chain([first], requests), took, self.at_once)
            except EngineLostError:
                _KEPT.clear()
                with suppress(Exception):  # it is lost anyway; its memory is what matters
                    unload(loaded.engine)
                raise
            finally:
                loaded.ready.clear()  # of those whose answers another process stored meanwhile


@dataclass
class Loaded:
    """An engine, and what it needs for prompts. One thread at a time may ask."""

    engine: Any
    tokenizer: Any
    defaults: Any
    context: int
    lock: Any = field(default_factory=Lock)
    ready: dict[str, Any] = field(default_factory=dict)
    """Prompts that were measured and are not asked yet, four bytes a token."""

    def prepare(self, request: Request, room: int) -> bool:
        """Whether its prompt is no longer than this; if so it is kept."""
        tokens = self._tokens(request)
        if len(tokens) <= room:
            self.ready[request.key] = array("I", tokens)
        return len(tokens) <= room

    def tokens(self, request: Request) -> list[int]:
        """The prompt as the model reads it."""
        ready = self.ready.pop(request.key, None)
        return self._tokens(request) if ready is None else ready.tolist()

    def _tokens(self, request: Request) -> list[int]:
        messages = [dict(message) for message in request.messages]
        return self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)


_KEPT: Final[dict[tuple[Path, tuple[tuple[str, Any], ...]], Loaded]] = {}
"""The engine of this process: at most one, since a second would not find memory."""
_LOADING: Final = Lock()


def _loaded(engine: Engine) -> Loaded:
    key = (engine.folder.resolve(), engine.options)
    with _LOADING:
        if key not in _KEPT:
            for other in _KEPT.values():
                unload(other.engine)
            _KEPT.clear()
            _KEPT[key] = Loaded(*load(engine.folder, dict(engine.options)))
        return _KEPT[key]


_NUMBERS: Final = count()


def _stream(loaded: Loaded, requests: Iterator[Request], took: Took, at_once: int) -> None:
    """Keep the engine filled until there is nothing left to ask; what is under way is given up if it ends early."""
    under_way: dict[str, tuple[Request, float]] = {}
    try:
        while True:
            _fill(loaded, requests, took, under_way, at_once)
            if not under_way:
                return
            for output in _step(loaded):
                if output.finished:
                    request, begin = under_way.pop(output.request_id)
                    took(request, _reply(output, time.perf_counter() - begin))
    finally:
        if under_way:
            with suppress(Exception):  # a lost engine may not even do this, and why it is lost is what matters
                loaded.engine.abort_request(list(under_way))


def _fill(
    loaded: Loaded, requests: Iterator[Request], took: Took, under_way: dict[str, tuple[Request, float]], at_once: int
) -> None:
    while len(under_way) < at_once and (request := next(requests, None)) is not None:
        tokens = loaded.tokens(request)
        room = loaded.context - request.sampling.most_tokens
        if len(tokens) > room:
            took(request, too_long(f"its prompt is {len(tokens):,} tokens, and {max(room, 0):,} are left for it"))
            continue
        number = str(next(_NUMBERS))
        loaded.engine.add_request(number, {"prompt_token_ids": tokens}, _sampling(loaded.defaults, request))
        under_way[number] = request, time.perf_counter()


def _step(loaded: Loaded) -> Any:
    """What came by one more token for all under way."""
    try:
        return loaded.engine.step()
    except Exception as error:  # whatever it was, the engine is not to be used any more
        help_ = (
            "the memory of the GPU did not suffice: lower gpu_memory_utilization or max_num_seqs"
            if lacks_memory(error)
            else "see what vLLM says of it with VLLM_LOGGING_LEVEL=ERROR"
        )
        raise EngineLostError(
            f"vLLM stopped in the middle ({type(error).__name__}); {help_}. Answers so far are stored, and the same "
            "command goes on"
        ) from error


def _sampling(defaults: Any, request: Request) -> Any:
    """The model's own defaults, as a server of it would take them, with ours over them."""
    from vllm.sampling_params import StructuredOutputsParams  # pyright: ignore[reportMissingImports]

    own = defaults.clone()
    own.temperature, own.top_p = request.sampling.temperature, request.sampling.top_p
    own.seed = request.sampling.seed if request.sampling.temperature else None
    own.max_tokens = request.sampling.most_tokens
    own.structured_outputs = StructuredOutputsParams(json=dict(request.schema)) if request.schema else None
    own.output_kind = _last_only()
    return own


def _last_only() -> Any:
    from vllm.sampling_params import RequestOutputKind  # pyright: ignore[reportMissingImports]

    return RequestOutputKind.FINAL_ONLY


def _bytes(request: Request) -> int:
    """No tokenizer makes more tokens than a text has bytes; 32 for what a template puts around a message."""
    return sum(len(message["content"].encode("utf-8", "surrogatepass")) + 32 for message in request.messages)


def _reply(output: Any, seconds: float) -> Reply:
    said = output.outputs[0]
    return Reply(said.text, said.finish_reason or "", len(output.prompt_token_ids), len(said.token_ids), seconds)
