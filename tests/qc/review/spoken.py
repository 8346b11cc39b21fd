"""Verdicts for tests, as reviewers would have given them."""

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from qc.build import Build
from qc.review.journal import Journal
from qc.review.reviewable import reviewable
from qc.review.sampling import Drawing, draw
from qc.review.verdicts import named
from qc.review.versions import versions
from schemas.review import Event, Key, Undo, Verdict

_NUMBERS = count()


def verdict(key: Key, decision: Any, reviewer: str = "anna", version: str = "v", **more: Any) -> Verdict:
    number = next(_NUMBERS)
    at = f"2026-01-01T00:00:00.{number:06}+00:00"
    fields: dict[str, Any] = {"id": f"{number:032x}", "at": at, "table": "findings"} | more
    return Verdict(reviewer=reviewer, key=key, decision=decision, version=version, **fields)


def undo(of: Verdict) -> Undo:
    number = next(_NUMBERS)
    return Undo(id=f"{number:032x}", at=f"2026-01-01T00:00:00.{number:06}+00:00", reviewer=of.reviewer, undoes=of.id)


def say(folder: Path, events: Iterable[Event]) -> None:
    """Write events as one process would."""
    journal = Journal(folder)
    journal.append(list(events))
    journal.close()


def drawn(folder: Path, table: str = "findings", **how: Any) -> tuple[list[Key], dict[str, str]]:
    """Keys of a round in order, and the version of each by `named(key)`."""
    build, what = Build.open(folder), reviewable(table)
    keys: list[Key] = draw(build, what, Drawing(**how)).keys.to_dicts()
    return keys, versions(build, what, keys)


def judged(
    folder: Path, decisions: Iterable[str], reviewer: str = "anna", table: str = "findings", **more: Any
) -> None:
    """One verdict on each of the first items of a round."""
    keys, now = drawn(folder, table)
    said = [
        verdict(key, decision, reviewer, now[named(key)], table=table, **more)
        for key, decision in zip(keys, decisions, strict=False)
    ]
    say(folder, said)
