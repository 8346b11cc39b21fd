"""F1 of entities: mentions that are listed against those that should be, over all items of a task."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from qc.evaluate.bench.mentions import key, mentions, parted
from qc.evaluate.bench.metric import Figures, Measured, f1, share
from qc.evaluate.bench.units import units


@dataclass(frozen=True)
class EntityF1:
    """`f1`, `precision`, `recall`: equal mentions, and equal types where the gold has types.

    `relaxed_f1`: of one type, the words of one stand in the other. `whole`: items whose list is right and complete,
    those where nothing is to be found among them.
    """

    primary: ClassVar[str] = "f1"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `Metric.measure`; `said` is the mentions, with semicolons between."""
        none = nothings(items)
        read = [_read(*row, none=none) for row in items.select("output", "gold", "outputs").iter_rows()]
        typed = _is_typed(items)
        counts = np.array([counted(said or [], gold, typed=typed) for said, gold in read], float).reshape(-1, 5)
        said = pl.Series("said", [None if one is None else "; ".join(one) for one, _ in read], pl.String)
        hits, told, wanted = counts[:, 0], counts[:, 1], counts[:, 2]
        read_at_all = np.array([one is not None for one, _ in read], bool)
        value = np.where(read_at_all, f1(hits, told, wanted), 0.0)
        whole = (hits == told) & (hits == wanted) & read_at_all
        return Measured(said, value, np.column_stack([counts, whole, np.ones(len(read))]))

    def figures(self, sums: np.ndarray) -> Figures:
        """As the class says."""
        hits, told, wanted, told_near, wanted_near, whole, count = sums.T
        nothing = (told + wanted) == 0
        precision, recall = share(told_near, told), share(wanted_near, wanted)
        both = np.nan_to_num(precision) + np.nan_to_num(recall)
        relaxed = np.where(both > 0, 2 * np.nan_to_num(precision * recall) / np.where(both > 0, both, 1), 0.0)
        return {
            "f1": f1(hits, told, wanted), "precision": share(hits, told), "recall": share(hits, wanted),
            "relaxed_f1": np.where(nothing, 1.0, relaxed), "whole": share(whole, count),
        }  # fmt: skip


def nothings(items: pl.DataFrame) -> frozenset[str]:
    """Keys of the sentences that stand in a task where nothing is to be found."""
    none = items.filter(pl.col("gold").list.len() == 0)["outputs"].explode(empty_as_null=True).drop_nulls().unique()
    return frozenset(key(one) for one in none)


def _read(
    output: str | None, gold: Sequence[str], outputs: Sequence[str], none: Collection[str]
) -> tuple[list[str] | None, list[str]]:
    """What was said and what is right; a right output word for word says just what is right."""
    wanted = [key(one) for one in dict.fromkeys(gold)]
    if output is not None and " ".join(output.split()) in {" ".join(one.split()) for one in outputs}:
        return wanted, wanted
    return mentions(output or "", set(wanted), none), wanted


def _is_typed(items: pl.DataFrame) -> bool:
    """Whether the mentions of a task have types: all have brackets at their end, which one alone may have as well."""
    gold = items["gold"].explode(empty_as_null=True).drop_nulls().unique()
    return len(gold) > 0 and all(parted(key(one))[1] for one in gold)


def counted(said: Sequence[str], wanted: Sequence[str], *, typed: bool) -> tuple[int, int, int, int, int]:
    """Equal mentions, how many are said, how many wanted, and how many of either have a near one in the other."""
    one, other = dict.fromkeys(said), dict.fromkeys(wanted)
    ours, theirs = [_parts(words, typed=typed) for words in one], [_parts(words, typed=typed) for words in other]
    near = sum(any(_near(first, second) for second in theirs) for first in ours)
    near_back = sum(any(_near(first, second) for second in ours) for first in theirs)
    return len(one.keys() & other.keys()), len(one), len(other), near, near_back


def _parts(mention: str, *, typed: bool) -> tuple[str, str]:
    words, kind = parted(mention) if typed else (mention, "")
    return f" {' '.join(units(words)) or words} ", kind


def _near(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[1] == other[1] and (one[0] in other[0] or other[0] in one[0])
