"""A language model as a recogniser: asked sentence by sentence, every answer stored, every quotation found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotators.llm.asking import Failure
from annotators.llm.by_name import LlmByName
from annotators.recognizers.recognizer import Labelled, Reading, flat


@dataclass(frozen=True)
class ByLlm:
    """Entities that the task `findings` of a model quotes."""

    llm: LlmByName

    name: ClassVar[str] = "llm"

    @property
    def device(self) -> str:
        """Where it runs."""
        return self.llm.device

    @property
    def data(self) -> tuple[str, ...]:
        """Files that make its questions."""
        return self.llm.data

    def check(self) -> None:
        """Raise `UsageError` where the engine is not spelt as one."""
        self.llm.check()

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """One reading per sentence; a sentence without an answer has the reason."""
        made = self.llm.annotate(sentences)
        return [found if isinstance(found, Failure) else _labelled(found) for found in made]


def _labelled(rows: Sequence[dict[str, object]]) -> list[Labelled]:
    return flat(Labelled(row["start"], row["end"], row["type"]) for row in rows)  # pyright: ignore[reportArgumentType]
