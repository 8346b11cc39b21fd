"""Metrics of texts that everybody has, beside which ours is read: the contract, and the choice by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Protocol

from schemas.errors import MedmillError, UsageError

Scores = Mapping[str, Sequence[float | None]]
"""One score per pair by the name of the column, from 0 to 1; null where the reference has no words."""
BY_NAME: Final = ("bleu", "rouge")
"""What needs no model; `bertscore:MODEL` does."""


class Baseline(Protocol):
    """A frozen dataclass; its fields are its settings."""

    columns: ClassVar[tuple[str, ...]]
    """The names of its scores."""

    def score(self, candidates: Sequence[str], references: Sequence[str]) -> Scores:
        """Scores of each candidate against the reference of its place; a candidate without words scores 0."""
        ...


def chosen(name: str) -> Baseline:
    """`bleu`, `rouge`, or `bertscore:<folder or Hub id>`; raises `UsageError` that names the choices."""
    kind, _, model = name.partition(":")
    if kind == "bleu" and not model:
        from annotators.baselines.bleu import Bleu

        return Bleu()
    if kind == "rouge" and not model:
        from annotators.baselines.rouge import Rouge

        return Rouge()
    if kind == "bertscore" and model:
        from annotators.baselines.bertscore import BertScore

        return BertScore(model)
    raise UsageError(f"unknown baseline {name!r}; expected bleu, rouge or bertscore:<folder or Hub id>")


def each(
    candidates: Sequence[str], references: Sequence[str], columns: Sequence[str],
    score: Callable[[str, str], Sequence[float]],
) -> Scores:  # fmt: skip
    """`score` of every pair that has words on both sides, once for equal pairs; 0 or null for the others."""
    known: dict[tuple[str, str], Sequence[float | None]] = {}
    for candidate, reference in dict.fromkeys(zip(candidates, references, strict=True)):
        if not reference.strip():
            made: Sequence[float | None] = [None] * len(columns)
        else:
            made = score(candidate, reference) if candidate.strip() else [0.0] * len(columns)
        known[candidate, reference] = made
    rows = [known[pair] for pair in zip(candidates, references, strict=True)]
    return {name: [row[place] for row in rows] for place, name in enumerate(columns)}


def lacking(package: str) -> MedmillError:
    """What is said where a baseline's library is not installed."""
    return MedmillError(f"the package {package} is not installed; install the extra: pip install 'medmill[metrics]'")
