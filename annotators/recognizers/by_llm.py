"""A language model as a recogniser: asked sentence by sentence, every answer stored, every quotation found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar, Final

from annotators.llm.annotator import Llm
from annotators.llm.asking import Failure, Sampling
from annotators.llm.choose import Wishes, backend, url_of
from annotators.llm.tasks.findings.task import FindingsTask
from annotators.recognizers.recognizer import Labelled, Reading, flat
from annotators.store import Store

_TASK: Final = FindingsTask()


@dataclass(frozen=True)
class ByLlm:
    """`engine`: MODEL@URL, or vllm:FOLDER (`annotators.llm.choose`). `answers`: the folder of stored answers, which
    every worker must see.

    Where answers lie and how many questions are under way make no answer another. vLLM in process wants a GPU worker
    (`device`), and is loaded once by each.
    """

    engine: str
    answers: str = field(repr=False)
    revision: str = ""
    most_tokens: int = 1024
    tries: int = 3
    at_once: int | None = field(default=None, repr=False)
    device: str = field(default="cpu", repr=False)

    name: ClassVar[str] = "llm"
    data: ClassVar[tuple[str, ...]] = ("annotators/llm/tasks/findings/prompt.md", "annotators/guidelines/entities.md")

    @property
    def url(self) -> str | None:
        """Where text goes; None where it stays in this process."""
        return url_of(self.engine)

    def check(self) -> None:
        """Raise `UsageError` where the engine is not spelt as one."""
        backend(self.engine, self._wishes)

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """One reading per sentence; a sentence without an answer has the reason."""
        made = self._llm.annotate(sentences)
        return [found if isinstance(found, Failure) else _labelled(found) for found in made]

    @property
    def _wishes(self) -> Wishes:
        return Wishes(self.revision, self.at_once)

    @cached_property
    def _llm(self) -> Llm:
        sampling = Sampling(most_tokens=self.most_tokens)
        return Llm(_TASK, backend(self.engine, self._wishes), _store(self.answers), sampling, self.tries)


def _labelled(rows: Sequence[dict[str, object]]) -> list[Labelled]:
    return flat(Labelled(row["start"], row["end"], row["type"]) for row in rows)  # pyright: ignore[reportArgumentType]


@cache
def _store(folder: str) -> Store:
    """One file per process, whatever it is asked."""
    return Store(Path(folder))
