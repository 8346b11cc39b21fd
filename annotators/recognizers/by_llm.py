"""A language model as a recogniser: asked sentence by sentence, every answer stored, every quotation found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar, Final

from annotators.llm.annotator import Llm
from annotators.llm.asking import Failure, Sampling
from annotators.llm.server import Server
from annotators.llm.tasks.findings.task import FindingsTask
from annotators.recognizers.recognizer import Labelled, Reading, flat
from annotators.store import Store
from schemas.errors import UsageError

_TASK: Final = FindingsTask()


@dataclass(frozen=True)
class ByLlm:
    """`engine`: MODEL@URL. `answers`: the folder of stored answers, which every worker must see.

    Where the model runs, how many questions are under way and where answers lie make no answer another.
    """

    engine: str
    answers: str = field(repr=False)
    revision: str = "main"
    most_tokens: int = 1024
    tries: int = 3
    at_once: int = field(default=64, repr=False)
    device: str = field(default="cpu", init=False, repr=False)

    name: ClassVar[str] = "llm"
    data: ClassVar[tuple[str, ...]] = ("annotators/llm/tasks/findings/prompt.md", "annotators/guidelines/entities.md")

    @property
    def url(self) -> str:
        """Where text goes."""
        return self.engine.rpartition("@")[2]

    def check(self) -> None:
        """Raise where the engine is not spelt as one, or answers have no folder."""
        model, at, url = self.engine.rpartition("@")
        if not (at and model and "://" in url):
            raise UsageError(f"llm:{self.engine}: expected llm:MODEL@URL, as in llm:my-llm@http://127.0.0.1:8000/v1")

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """One reading per sentence; a sentence without an answer has the reason."""
        made = self._llm.annotate(sentences)
        return [found if isinstance(found, Failure) else _labelled(found) for found in made]

    @cached_property
    def _llm(self) -> Llm:
        model, _, url = self.engine.rpartition("@")
        server = Server(model, url, self.revision, self.at_once)
        sampling = Sampling(most_tokens=self.most_tokens)
        return Llm(_TASK, server, _store(self.answers), sampling, self.tries)


def _labelled(rows: Sequence[dict[str, object]]) -> list[Labelled]:
    return flat(Labelled(row["start"], row["end"], row["type"]) for row in rows)  # pyright: ignore[reportArgumentType]


@cache
def _store(folder: str) -> Store:
    """One file per process, whatever it is asked."""
    return Store(Path(folder))
