"""The good build of the quality tests, for the exports."""

from tests.qc.conftest import good, pristine

__all__ = ["good", "pristine"]
