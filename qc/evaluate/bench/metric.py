"""What a metric of the benchmark is: what it reads in outputs, what adds up over items, and the figures of the sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import polars as pl

Figures = Mapping[str, np.ndarray]
"""A figure from 0 to 1 of every row of sums, by its name; not a number where it is of nothing."""


@dataclass(frozen=True)
class Measured:
    """One task. `said`: what was read of each output, null where nothing could be; `value`: the score of each item.

    `sums` [item, what] add up over items, dense or sparse (scipy).
    """

    said: pl.Series
    value: np.ndarray
    sums: Any


class Metric(Protocol):
    """A frozen dataclass. `primary`: which of its figures stands for a task."""

    primary: ClassVar[str]

    def measure(self, items: pl.DataFrame) -> Measured:
        """Of the items of one task, with `output`; null where there is none, which scores as an empty one."""
        ...

    def figures(self, sums: np.ndarray) -> Figures:
        """Of sums [draw, what] over items."""
        ...


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Element by element; not a number where the whole is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def f1(hits: np.ndarray, said: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Of hits among what is said and what is wanted; 1 where there is neither."""
    both = said + wanted
    return np.where(both > 0, 2 * hits / np.where(both > 0, both, 1), 1.0)
