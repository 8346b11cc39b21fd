"""The stages of a build as the page shows them: one line a table, or one for the same table of many sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.manifest import StageRecord

MANY: Final = 40
"""Stages from which on the tables of all sources are told together, and each by itself folds away."""


@dataclass(frozen=True)
class Line:
    """What came in and went out of a table, or of several of one kind; `seconds` adds up the work."""

    name: str
    tables: int
    ids_in: int
    ids_passed: int
    ids_rejected: int
    rows_out: int
    bytes: int
    seconds: float


def lines(stages: Sequence[StageRecord]) -> tuple[list[Line], list[Line]]:
    """What is shown first, and what folds away: nothing, unless stages are `MANY`."""
    each = [_line(stage.table, [stage]) for stage in stages]
    kinds: dict[str, list[StageRecord]] = {}
    for stage in stages:
        kind, dot, _ = stage.table.partition(".")
        kinds.setdefault(f"{kind}.…" if dot else kind, []).append(stage)
    if len(stages) < MANY or len(kinds) == len(stages):
        return each, []
    return [_line(kind, held) for kind, held in kinds.items()], each


def _line(name: str, held: Sequence[StageRecord]) -> Line:
    return Line(
        name,
        len(held),
        sum(stage.ids_in for stage in held),
        sum(stage.ids_passed for stage in held),
        sum(stage.ids_rejected for stage in held),
        sum(stage.rows_out for stage in held),
        sum(stage.bytes for stage in held),
        sum(stage.seconds for stage in held),
    )
