"""Versions of a dataset: what a reader must do when the number rises (semver.org, read for data)."""

import re
from dataclasses import dataclass
from typing import Literal

from schemas.errors import UsageError

Bump = Literal["major", "minor", "patch"]
"""`major`: a reader's code or meaning breaks; `minor`: rows or columns differ; `patch`: words only."""


@dataclass(frozen=True, order=True)
class Version:
    """`major.minor.patch`."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, text: str) -> "Version":
        """Read `1.0.0`; raises `UsageError` for anything else."""
        found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", text.strip())
        if not found:
            raise UsageError(f"--version {text}: expected three numbers, as in 1.0.0")
        return cls(*(int(number) for number in found.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def raised(self, bump: Bump) -> "Version":
        """The next version of that kind."""
        if bump == "major":
            return Version(self.major + 1, 0, 0)
        return (
            Version(self.major, self.minor + 1, 0)
            if bump == "minor"
            else Version(self.major, self.minor, self.patch + 1)
        )
