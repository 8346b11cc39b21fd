"""What a run would ask, before anything is sent: questions, tokens, time, and cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from annotators.llm.asking import Request
from annotators.store import Store

_CHARACTERS_PER_TOKEN: Final = 4.0
"""Of English, as long as no answer of this model says how many it has."""
_OUTPUT_TOKENS: Final = 150
"""Of an answer, as long as there is none."""


@dataclass(frozen=True)
class Estimate:
    """`measured`: tokens follow from answers of this model, not from a guess. `seconds`, `cost`: None where unknown."""

    questions: int
    stored: int
    prompt_tokens: int
    output_tokens: int
    measured: bool
    seconds: float | None
    cost: float | None


def estimate(requests: Iterable[Request], store: Store, prices: tuple[float, float] | None) -> Estimate:
    """Of the first round: questions that are put again are not foreseen.

    `prices`: per million tokens of prompts and of answers. The rate is that of the last run that asked.
    """
    seen: set[str] = set()
    stored, characters, known = 0, 0, []
    model = ""
    for request in requests:
        if request.key in seen:
            continue
        seen.add(request.key)
        model = request.model
        answer = store.get(request.key)
        if answer is None:
            characters += _length(request)
        else:
            stored += 1
            known.append((_length(request), answer["prompt_tokens"], answer["output_tokens"]))
    new = len(seen) - stored
    into, out = _tokens(new, characters, known)
    rate = _rate(store.runs(), model)
    cost = None if prices is None else (into * prices[0] + out * prices[1]) / 1e6
    return Estimate(len(seen), stored, into, out, bool(known), new / rate if rate else None, cost)


def _length(request: Request) -> int:
    return sum(len(message["content"]) for message in request.messages)


def _tokens(new: int, characters: int, known: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Of prompts and answers together, in proportion to those that are known."""
    length, prompt, output = (sum(column) for column in zip(*known, strict=True)) if known else (0, 0, 0)
    per_character = prompt / length if prompt else 1 / _CHARACTERS_PER_TOKEN
    return round(characters * per_character), round(new * (output / len(known) if output else _OUTPUT_TOKENS))


def _rate(runs: Sequence[Mapping[str, Any]], model: str) -> float | None:
    """Questions per second."""
    timed = [run for run in runs if run.get("model") == model and run.get("asked") and run.get("seconds")]
    return timed[-1]["asked"] / timed[-1]["seconds"] if timed else None
