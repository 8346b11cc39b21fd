"""Fixtures for every test: the real samples, where they are."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data"
HOW_TO_GET_SAMPLES = (
    "the real sample data are not beside this checkout (../shared/data); docs/samples.md says which public files they are "
    "and how to lay them out"
)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample data, read in place; skips where it is missing."""
    if not SAMPLES.is_dir():
        pytest.skip(HOW_TO_GET_SAMPLES)
    return SAMPLES
