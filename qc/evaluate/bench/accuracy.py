"""Accuracy: an item is right where just the right choices are named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import polars as pl

from qc.evaluate.bench.metric import Figures, Measured, share
from qc.evaluate.bench.options import Choices, Chosen, chosen
from qc.evaluate.bench.units import units

_LINE: Final = re.compile(r"(?m)^\W*(\d+)\s*[:.)]\s*(.*\S)\s*$")


@dataclass(frozen=True)
class Accuracy:
    """Choices are read as `options` says; an item without any is right where the output has the words of an answer.

    Any of several right answers is: those of `outputs` behind the first are other sets of choices that were accepted.

    Where the right output is numbered lines (`1: neutral`), each line is an answer of its own, and all must be right.
    """

    primary: ClassVar[str] = "accuracy"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `Metric.measure`; `said` is the marks, with commas between."""
        columns = items.select("output", "choices", "gold", "outputs", "output_language").iter_rows()
        read = [_read(*row) for row in columns]
        right = np.array([one == wanted for one, wanted in read], float).reshape(-1)
        said = [None if one is None else ", ".join(sorted(one)) for one, _ in read]
        return Measured(pl.Series("said", said, pl.String), right, np.stack([right, np.ones_like(right)], axis=1))

    def figures(self, sums: np.ndarray) -> Figures:
        """`accuracy`."""
        return {"accuracy": share(sums[:, 0], sums[:, 1])}


def _read(
    output: str | None, choices: Sequence[Mapping[str, Any]], gold: Sequence[str], outputs: Sequence[str], language: str
) -> tuple[frozenset[str] | None, frozenset[str]]:
    """What was said, and what is right."""
    if choices and (lines := _numbered(outputs[0])):
        pairs, said = pairs_of(choices), _numbered(output or "")
        read = {number: chosen(said.get(number, ""), pairs, language) for number in lines}
        wanted = frozenset(f"{number}: {lines[number]}" for number in lines)
        told = frozenset(f"{number}: {', '.join(sorted(marks))}" for number, marks in read.items() if marks)
        return told or None, wanted
    if choices:
        pairs = pairs_of(choices)
        marks = chosen(output or "", pairs, language)
        return marks, right_of(marks, pairs, gold, outputs, language)
    said = " ".join(units(output or ""))
    answers = [" ".join(units(one)) for one in outputs]
    return frozenset({said}) if said else None, frozenset({said if said in answers else answers[0]})


def _numbered(text: str) -> Mapping[str, str]:
    """Lines that begin with a number by it; none where there are fewer than two."""
    found = dict(_LINE.findall(text))
    return found if len(found) > 1 else {}


def pairs_of(choices: Sequence[Mapping[str, Any]]) -> Choices:
    """Choices as marks and texts."""
    return [(one["mark"], one["text"] or one["mark"]) for one in choices]


def right_of(
    said: Chosen | None, choices: Choices, gold: Sequence[str], outputs: Sequence[str], language: str
) -> Chosen:
    """Marks of the right choices; of several right answers those that were `said`, else those of the best."""
    right = accepted(choices, gold, outputs, language)
    return said if said is not None and said in right else right[0]


def accepted(choices: Choices, gold: Sequence[str], outputs: Sequence[str], language: str) -> list[Chosen]:
    """Marks of the right choices, then those of other answers that are taken for right: `outputs` behind the first."""
    others = [chosen(one, choices, language) for one in outputs[1:]]
    return [right_marks(choices, gold, outputs, language), *(one for one in others if one)]


def right_marks(choices: Choices, gold: Sequence[str], outputs: Sequence[str], language: str) -> Chosen:
    """Marks of the right choices: of `gold`, where those are marks or texts; else as the right output is read."""
    marks, texts = {mark for mark, _ in choices}, {text: mark for mark, text in choices}
    found = frozenset(texts.get(one, one) if one not in marks else one for one in gold)
    return found or chosen(outputs[0], choices, language) or frozenset()
