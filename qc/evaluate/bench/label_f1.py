"""F1 of labels: which of the labels of a task an output names, averaged over the labels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import polars as pl

from qc.evaluate.bench.metric import Figures, Measured, f1
from qc.evaluate.bench.units import Names, units

_NONE: Final = re.compile(r"(?i)^\W*(?:none|nothing|no\s+\w+|not\s+any|n/a|aucune?|ningun[ao]?|нет|无|なし)\b")


@dataclass(frozen=True)
class LabelF1:
    """`macro_f1`, `macro_precision` and `macro_recall` over the labels that are right or named anywhere.

    The labels of a task are its choices, or those of its gold where it lists none. `whole`: items with just the right
    labels. An output that says that there is none has none.
    """

    primary: ClassVar[str] = "macro_f1"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `Metric.measure`; `said` is the labels, with semicolons between."""
        labels = labels_of(items)
        finder = Names(labels)
        places = {label: place for place, label in reversed(list(enumerate(labels)))}
        none = {" ".join(units(one)) for one in _nothing(items)}
        read, gold = list[frozenset[int] | None](), list[frozenset[int]]()
        for output, right, answers in items.select("output", "gold", "outputs").iter_rows():
            gold.append(frozenset(places[one] for one in right))
            same = output is not None and output.strip() in {one.strip() for one in answers}
            read.append(gold[-1] if same else _named(output or "", finder, none))
        said = [None if one is None else "; ".join(labels[place] for place in sorted(one)) for one in read]
        return _counted(pl.Series("said", said, pl.String), read, gold, len(labels))

    def figures(self, sums: np.ndarray) -> Figures:
        """As the class says."""
        whole, count, counts = sums[:, 0], sums[:, 1], sums[:, 2:].reshape(len(sums), 3, -1)
        hits, said, wanted = counts[:, 0], counts[:, 1], counts[:, 2]
        known = (said + wanted) > 0
        per_label = {
            "macro_f1": f1(hits, said, wanted),
            "macro_precision": np.where(said > 0, hits / np.where(said > 0, said, 1), 0.0),
            "macro_recall": np.where(wanted > 0, hits / np.where(wanted > 0, wanted, 1), 0.0),
        }
        means = {name: _mean(values, known) for name, values in per_label.items()}
        return means | {"whole": np.where(count > 0, whole / np.where(count > 0, count, 1), np.nan)}


def labels_of(items: pl.DataFrame) -> list[str]:
    """The labels of a task: its choices in their order, then those that stand in gold alone."""
    listed = items["choices"].explode(empty_as_null=True).drop_nulls()
    texts = listed.struct.unnest().select(pl.coalesce("text", "mark"))["text"] if len(listed) else []
    gold = items["gold"].explode(empty_as_null=True).drop_nulls().unique().sort()
    return list(dict.fromkeys([*texts, *gold]))


def _nothing(items: pl.DataFrame) -> pl.Series:
    return items.filter(pl.col("gold").list.len() == 0)["outputs"].explode(empty_as_null=True).drop_nulls().unique()


def _named(output: str, finder: Names, none: set[str]) -> frozenset[int] | None:
    words = units(output)
    if not words:
        return None
    if " ".join(words) in none:
        return frozenset()
    found = frozenset(one.name for one in finder.find(words))
    return found if found or _NONE.match(output) else None


def _counted(
    said: pl.Series, read: Sequence[frozenset[int] | None], gold: Sequence[frozenset[int]], labels: int
) -> Measured:
    """Sums: items that are right as a whole, items, then hits, said and wanted of every label."""
    from scipy.sparse import csr_array

    found = [one or frozenset() for one in read]
    hits = [one & other for one, other in zip(found, gold, strict=True)]
    whole = np.array([one == other for one, other in zip(read, gold, strict=True)], float)
    parts = (hits, found, gold)
    rows = [row for sets in parts for row, one in enumerate(sets) for _ in one]
    columns = [2 + block * labels + place for block, sets in enumerate(parts) for one in sets for place in sorted(one)]
    every = np.arange(len(read))
    values = np.concatenate([whole, np.ones(len(read) + len(rows))])
    where = (
        np.concatenate([every, every, np.array(rows, int)]),
        np.concatenate([np.zeros(len(read), int), np.ones(len(read), int), np.array(columns, int)]),
    )
    sums = csr_array((values, where), shape=(len(read), 2 + 3 * labels))
    sizes = [np.array([len(one) for one in sets], float) for sets in parts]
    value = np.where([one is not None for one in read], f1(*sizes), 0.0)
    return Measured(said, value, sums)


def _mean(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Over the labels that count; 1 where none does: nothing was to be found, and nothing was said."""
    count = known.sum(axis=1)
    return np.where(count > 0, (values * known).sum(axis=1) / np.where(count > 0, count, 1), 1.0)
