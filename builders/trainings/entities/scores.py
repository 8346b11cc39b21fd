"""Precision, recall and F1 of entities, per type and overall: equal borders and an equal type, as seqeval counts.

Counted on characters rather than on labels, so that any annotator can be scored whatever its tokens.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from annotators.tokens.pieces import Span


class Score(NamedTuple):
    """`given`: entities of the corpus; `found`: by the model; `right`: by both. Rates of nothing are 0."""

    given: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Of those found."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Of those given."""
        return self.right / self.given if self.given else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.given + self.found) if self.right else 0.0

    def figures(self) -> dict[str, float]:
        """All of it, for JSON."""
        rates = {name: round(getattr(self, name), 4) for name in ("precision", "recall", "f1")}
        return {**rates, **self._asdict()}


class Scores(NamedTuple):
    """`types`: by name, of corpus and model alike."""

    types: dict[str, Score]

    @property
    def micro(self) -> Score:
        """Of all entities together."""
        return (
            Score(*(sum(column) for column in zip(*self.types.values(), strict=True))) if self.types else Score(0, 0, 0)
        )

    @property
    def macro_f1(self) -> float:
        """The mean over types."""
        return sum(score.f1 for score in self.types.values()) / len(self.types) if self.types else 0.0

    def figures(self) -> dict[str, object]:
        """All of it, for JSON."""
        types = {name: score.figures() for name, score in self.types.items()}
        return {"micro": self.micro.figures(), "macro_f1": round(self.macro_f1, 4), "types": types}


def scores(given: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]]) -> Scores:
    """Entities of the same texts, in the same order."""
    counts = [Counter(), Counter(), Counter()]
    for own, theirs in zip(given, found, strict=True):
        for counter, spans in zip(counts, (own, theirs, set(own) & set(theirs)), strict=True):
            counter.update(span.type for span in spans)
    names = sorted(set(counts[0]) | set(counts[1]))
    return Scores({name: Score(*(counter[name] for counter in counts)) for name in names})
