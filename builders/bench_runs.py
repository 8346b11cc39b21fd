"""Named runs of the benchmark, from files or made on the spot."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from qc.evaluate.bench.run import read_run
from qc.evaluate.bench.trivial import trivial_run
from schemas.errors import UsageError


class Run(NamedTuple):
    """id and output, under the name that a table of several runs shows."""

    name: str
    rows: pl.DataFrame
    notes: list[str]


def runs_of(files: Sequence[str], baselines: Sequence[str], items: pl.DataFrame) -> list[Run]:
    """Runs of `NAME=FILE` or `FILE`, then baselines; raises `UsageError` where two have one name."""
    runs = []
    for told in files:
        name, path = _named(told)
        runs.append(Run(name, *read_run(path, items)))
    runs += [Run(name, trivial_run(name, items), []) for name in baselines]
    names = [run.name for run in runs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"--run: two runs are called {twice[0]}; name them apart, as in --run other=FILE")
    return runs


def _named(told: str) -> tuple[str, Path]:
    """A file whose own name has `=` is no pair."""
    name, sign, path = told.partition("=")
    if not sign or Path(told).is_file():
        return Path(told).stem, Path(told)
    return name.strip() or Path(path).stem, Path(path)
