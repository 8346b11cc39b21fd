"""A task for a model, both by name, with a folder for the answers: what a stage of a recipe holds."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from annotators.llm.annotator import Given, Llm
from annotators.llm.asking import Failure, Sampling
from annotators.llm.choose import Wishes, backend, url_of
from annotators.llm.endpoint import demand_allowed
from annotators.llm.round import Rows
from annotators.llm.tasks.choose import chosen
from annotators.store import Store
from schemas.errors import UsageError
from schemas.terms import Terms

CHOICES = "llm:MODEL@URL or vllm:FOLDER"


@dataclass(frozen=True)
class LlmByName:
    """`task`: its name. `engine`: MODEL@URL or vllm:FOLDER (`annotators.llm.choose`). `answers`: the folder of stored
    answers, which every worker must see.

    Where answers lie, how many questions are under way, and for how many seconds a server may be away (`patience`) make
    no answer another. vLLM in process wants a GPU worker
    (`device`) and is loaded once by each.
    """

    task: str
    engine: str
    answers: str = field(repr=False)
    revision: str = ""
    most_tokens: int = 2048
    tries: int = 3
    at_once: int | None = field(default=None, repr=False)
    patience: float = field(default=120.0, repr=False)
    device: str = field(default="cpu", repr=False)

    @property
    def data(self) -> tuple[str, ...]:
        """Files that make its questions."""
        folder = self.task.replace("-", "_")
        return (f"annotators/llm/tasks/{folder}/prompt.md", "annotators/guidelines/*.md")

    @property
    def fingerprint(self) -> str:
        """Which weights these are: as told, or of the files of a folder, so that others are asked anew."""
        return backend(self.engine, self._wishes).revision

    def check(self) -> None:
        """Raise `UsageError` where the engine is not spelt as one."""
        backend(self.engine, self._wishes)

    def demand_allowed(self, terms: Terms, agreement: str) -> None:
        """Raise `UsageError` where texts of these terms may not go where the model runs; nothing is sent."""
        self.check()
        if url := url_of(self.engine):
            demand_allowed(url, terms, agreement)

    def annotate(self, texts: Sequence[str], given: Sequence[Given] = ()) -> list[Rows | Failure]:
        """As `Llm.annotate`; how it went is noted beside the answers, for `medmill llm stats`."""
        begin, store = time.perf_counter(), _store(self.answers)
        sampling = Sampling(most_tokens=self.most_tokens)
        llm = Llm(chosen(self.task), backend(self.engine, self._wishes), store, sampling, self.tries)
        try:
            return llm.annotate(texts, given)
        finally:
            told = {"task": self.task, "model": llm.backend.model, "seconds": time.perf_counter() - begin}
            store.note({**told, **llm.told})

    @property
    def _wishes(self) -> Wishes:
        return Wishes(self.revision, self.at_once, self.patience)


def llm_named(
    name: str, task: str, *, answers: str, revision: str = "", device: str = "auto", instead: str = ""
) -> LlmByName:
    """The model of `llm:MODEL@URL` or `vllm:FOLDER`; raises `UsageError` for anything else, or without a folder.

    `instead`: what else the user could have named, for that message.
    """
    kind, _, rest = name.partition(":")
    if kind not in ("llm", "vllm") or not rest:
        raise UsageError(f"{name!r}: expected {f'{instead}, or ' if instead else ''}{CHOICES}")
    if not answers:
        raise UsageError(f"{name}: name the folder that keeps its answers, as in --set answers=FOLDER")
    where = "cuda" if kind == "vllm" and device != "cpu" else "cpu"
    engine = rest if kind == "llm" else name
    made = LlmByName(task, engine, str(Path(answers).absolute()), revision, device=where)
    made.check()
    return made


@cache
def _store(folder: str) -> Store:
    """One file per process, whatever is asked."""
    return Store(Path(folder))
