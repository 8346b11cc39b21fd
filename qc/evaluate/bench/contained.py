"""Contained: an item is right where the right words stand in the output, and no other choice is given beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from qc.evaluate.bench.accuracy import accepted, pairs_of
from qc.evaluate.bench.metric import Figures, Measured, share
from qc.evaluate.bench.options import chosen, holds_all
from qc.evaluate.bench.units import holds, units


@dataclass(frozen=True)
class Contained:
    """Words are compared whole, in the order of the answer. Of several mentions to extract all must stand there.

    `contained`: the primary figure. `anywhere`: where the input lists choices, right even if others are named too.
    `parts`: the share of mentions that stand there.
    """

    primary: ClassVar[str] = "contained"

    def measure(self, items: pl.DataFrame) -> Measured:
        """As `Metric.measure`; `said` is the choice that was read, or the output where there are none."""
        rows = items.select("output", "choices", "gold", "outputs", "output_language").iter_rows()
        read = [_read(output or "", *rest) for output, *rest in rows]
        told = np.array([one[1:] for one in read], float).reshape(-1, 3)
        said = pl.Series("said", [one[0] for one in read], pl.String)
        return Measured(said, told[:, 0], np.hstack([told, np.ones((len(read), 1))]))

    def figures(self, sums: np.ndarray) -> Figures:
        """`contained`, `anywhere`, `parts`."""
        return {name: share(sums[:, at], sums[:, 3]) for at, name in enumerate(("contained", "anywhere", "parts"))}


def _read(
    output: str, choices: Sequence[Any], gold: Sequence[str], outputs: Sequence[str], language: str
) -> tuple[str | None, bool, bool, float]:
    """What was said; whether it is right alone, and anywhere; the share of its parts."""
    if choices:
        pairs = pairs_of(choices)
        found, right = chosen(output, pairs, language), accepted(pairs, gold, outputs, language)
        wanted = found if found in right else right[0]
        anywhere = found == wanted or any(holds_all(output, pairs, one) for one in right)
        return None if found is None else ", ".join(sorted(found)), found == wanted, anywhere, float(anywhere)
    there = [holds(output, one) for one in gold]
    right = any(holds(output, one) for one in outputs) or (bool(there) and all(there))
    return " ".join(units(output)) or None, right, right, 1.0 if right else float(np.mean(there or [0.0]))
