"""Who can label sentences: rules, a token classifier, a language model. The contract, and what all their spans obey."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple, Protocol

from annotators.llm.asking import Failure


class Labelled(NamedTuple):
    """An entity of a sentence: start and end in characters, and a type of `schemas.words.RATE_TYPES`."""

    start: int
    end: int
    type: str


Reading = Sequence[Labelled] | Failure
"""The entities of one sentence in its order, or why there is no answer."""


class Recognizer(Protocol):
    """A frozen dataclass; its fields are its settings. It sees sentences alone, as whoever is trained on them will."""

    name: ClassVar[str]
    """As the votes name it: `rules`, `transformers`, `llm`."""

    @property
    def device(self) -> str:
        """Where it runs: `cpu`, or `cuda…` where it must be a GPU."""
        ...

    def check(self) -> None:
        """Raise `MedmillError` where it cannot run here."""
        ...

    def read(self, sentences: Sequence[str]) -> list[Reading]:
        """One reading per sentence, in the same order."""
        ...


def flat(spans: Iterable[Labelled]) -> list[Labelled]:
    """Spans of which none lies over another: the longest wins, of equally long ones the first, then the first type.

    The guideline wants continuous entities side by side: IOB, the published form, has no other.
    """
    kept: list[Labelled] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept)
