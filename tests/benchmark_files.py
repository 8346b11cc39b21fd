"""Benchmarks read by tests: what stands in `benchmarks/` is no package."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def imported(name: str) -> Iterator[ModuleType]:
    """A file of `benchmarks/` as a module, with those that it imports beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield __import__(name)
