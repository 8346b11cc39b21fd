"""Primary keys are unique, also across files."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from operator import xor
from typing import Final

import numpy as np
import polars as pl

from qc.base import Check
from qc.build import Build
from qc.wording import counted
from schemas.quality import Outcome

BLOCK_ROWS: Final = 16_000_000
"""Keys compared at once, 8 bytes each; the next range of keys is read when this one is done."""

_SAMPLE_EVERY: Final = 1_000


class Keys(Check):
    """Goes through each table in order of its key, one range of keys at a time, so that no table is ever loaded whole.

    Files are sorted by key, so a range reads the row groups that hold it and skips the others by their statistics.
    Within a range keys are compared by a 64-bit hash, and those that seem equal are read and compared in full.
    """

    name = "keys"
    group = "Integrity"
    title = "Keys are unique"

    def conclude(self, build: Build, earlier: Mapping[str, Outcome]) -> Outcome:
        """Fail on any key that stands twice, in one file or in two."""
        tables = [table for table in build.manifest.tables if table.primary_key and build.has(table.name)]
        twice = {table.name: list(_twice(build, table.name, table.primary_key)) for table in tables}
        counts = {name: sum(n for _, n in found) for name, found in twice.items()}
        figures = {"tables": len(tables), **{f"{name}_repeated": n for name, n in counts.items() if n}}
        if not any(counts.values()):
            return self.outcome("pass", f"{len(tables)} tables, no key twice", figures=figures)
        return self.outcome(
            "fail",
            "; ".join(f"{counted(n, 'repeated key')} in {name}" for name, n in counts.items() if n),
            advice="An id stands twice in the source or a file was written twice: find the ids below in the source.",
            figures=figures,
            cases=[f"{name}: {key}" for name, found in twice.items() for key, _ in found],
        )


def _twice(build: Build, table: str, key: Sequence[str]) -> Iterator[tuple[str, int]]:
    """(readable key, superfluous rows) of every key that stands more than once."""
    rows = build.scan(table, key).drop("file_split")
    hashed = reduce(xor, (pl.col(name).hash(seed=place) for place, name in enumerate(key)))
    for low, high in _ranges(rows, key[0], build.rows(table)):
        block = rows.filter(_between(key[0], low, high))
        hashes = np.sort(block.select(key=hashed).collect(engine="streaming")["key"].to_numpy())
        equal = pl.Series(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
        if len(equal):
            groups = block.filter(hashed.is_in(equal.implode())).group_by(key).len().filter(pl.col("len") > 1)
            for *parts, n in groups.sort(key).collect().iter_rows():
                yield " / ".join(str(part) for part in parts), n - 1


def _between(column: str, low: str | None, high: str | None) -> pl.Expr:
    above = pl.lit(True) if low is None else pl.col(column) >= low
    return above if high is None else above & (pl.col(column) < high)


def _ranges(rows: pl.LazyFrame, first: str, n: int) -> list[tuple[str | None, str | None]]:
    """Half-open ranges of the first key column with about `BLOCK_ROWS` rows each, from a regular sample."""
    if n <= BLOCK_ROWS:
        return [(None, None)]
    sample = rows.select(pl.col(first).cast(pl.String).gather_every(_SAMPLE_EVERY)).collect()[first].sort()
    step = max(1, BLOCK_ROWS // _SAMPLE_EVERY)
    bounds = [None, *sample.gather_every(step, offset=step).unique(maintain_order=True).to_list(), None]
    return list(pairwise(bounds))
