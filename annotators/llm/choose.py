"""Where a model runs, from one word of a command line or a recipe: `MODEL@URL`, or `vllm:FOLDER`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from annotators.llm.asking import Backend
from schemas.errors import UsageError

_HERE: Final = "vllm:"


@dataclass(frozen=True)
class Wishes:
    """What is asked of whichever backend. None: as it does by itself.

    `revision`: which weights these are; `at_once`: questions under way together; the others are those of a server.
    """

    revision: str = ""
    at_once: int | None = None
    patience: float = 120.0
    context: int | None = None
    per_minute: int | None = None
    tokens_per_minute: int | None = None


def backend(spec: str, wishes: Wishes = Wishes()) -> Backend:
    """The backend of a word; nothing is loaded or asked yet.

    `my-llm@http://127.0.0.1:8000/v1`: any server that speaks OpenAI's chat completions, and what it calls the model.
    `vllm:/models/my-llm`: vLLM in this process; its own options may follow, as in
    `vllm:/models/my-llm?max_model_len=8192&gpu_memory_utilization=0.8`, and `name=` calls the model otherwise.
    Raises `UsageError` for anything else.
    """
    if spec.startswith(_HERE):
        return _engine(spec.removeprefix(_HERE), wishes)
    model, at, url = _parted(spec)
    if model and at:
        from annotators.llm.server import Server

        at_once = {} if wishes.at_once is None else {"at_once": wishes.at_once}
        return Server(
            model, url, wishes.revision, patience=wishes.patience, context=wishes.context,
            per_minute=wishes.per_minute, tokens_per_minute=wishes.tokens_per_minute, **at_once,
        )  # fmt: skip
    raise UsageError(
        f"{spec!r}: expected where the model runs: MODEL@URL for a server (my-llm@http://127.0.0.1:8000/v1), or "
        "vllm:FOLDER for vLLM in this process (vllm:/models/my-llm)"
    )


def url_of(spec: str) -> str | None:
    """The address that texts would be sent to; None where they stay in this process."""
    return None if spec.startswith(_HERE) else _parted(spec)[2]


def _parted(spec: str) -> tuple[str, str, str]:
    """Model, `@`, and address; names of models may have an `@` too."""
    at = max(spec.rfind("@http://"), spec.rfind("@https://"))
    return (spec[:at], "@", spec[at + 1 :]) if at >= 0 else (spec, "", "")


def _engine(told: str, wishes: Wishes) -> Backend:
    from annotators.llm.engine import Engine

    folder, _, query = told.partition("?")
    options = {name: _value(value) for name, value in parse_qsl(query, keep_blank_values=True)}
    if not folder:
        raise UsageError("vllm: names no folder; expected one with config.json, weights and tokenizer.json, as in "
                         "vllm:/models/my-llm")  # fmt: skip
    if wishes.context is not None:
        options.setdefault("max_model_len", wishes.context)
    name, weights = str(options.pop("name", "")), str(options.pop("revision", wishes.revision))
    at_once = {} if wishes.at_once is None else {"at_once": wishes.at_once}
    return Engine(Path(folder), name, weights, tuple(sorted(options.items())), **at_once)


def _value(text: str) -> Any:
    """A number, true or false where it reads as one, else the words."""
    try:
        return json.loads(text)
    except ValueError:
        return text
