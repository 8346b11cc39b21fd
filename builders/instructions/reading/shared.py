"""Readings of a corpus that differ only in which rows they choose: their files are read once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from builders.base import Kept
from builders.instructions.reading.asked import Asked, asked_of
from builders.instructions.reading.our_columns import with_ours
from builders.instructions.reading.plan import Plan
from builders.instructions.reading.rows_of import raw_rows
from builders.instructions.reading.selection import chosen
from builders.instructions.reading.splits import test_ids
from builders.instructions.readings import Reading
from builders.instructions.task import Corpus

_WHERE: Final = "where"


@dataclass(frozen=True)
class Shared:
    """One plan for several readings; `readings` are their numbers, and what each asks for."""

    plan: Plan
    readings: Sequence[tuple[int, Asked]]
    licence: str

    @property
    def number(self) -> int:
        """The first of the readings, by which its shards are called."""
        return self.readings[0][0]

    def read(self, shard: str) -> Kept:
        """The rows of a shard for each reading in turn."""
        frame, rejected = raw_rows(self.plan, shard)
        pattern = self.plan.asked.text("test_ids")
        test = test_ids(self.plan.location, pattern) if pattern else None
        made = [
            with_ours(chosen(frame, asked.options.get(_WHERE, {})), asked, number, self.licence, test)
            for number, asked in self.readings
        ]
        return Kept(pl.concat([one.frame for one in made]), pl.concat([rejected, *(one.rejected for one in made)]))


def shared(location: str, corpus: Corpus, readings: Sequence[Reading]) -> list[Shared]:
    """The readings in their order, those that can be read together with the first of them.

    Where rows are grouped, what is chosen decides the groups, and nothing is shared.
    """
    runs: list[list[int]] = []
    for number, one in enumerate(readings):
        run = next((run for run in runs if _same(readings[run[0]], one)), None)
        if run is None:
            runs.append([number])
        else:
            run.append(number)
    return [_shared(location, corpus, readings, run) for run in runs]


def _same(one: Reading, other: Reading) -> bool:
    return "group" not in one.options and _without_where(one) == _without_where(other)


def _without_where(one: Reading) -> dict[str, object]:
    return {key: value for key, value in one.options.items() if key != _WHERE}


def _shared(location: str, corpus: Corpus, readings: Sequence[Reading], run: Sequence[int]) -> Shared:
    of_run = [readings[number] for number in run]
    each = [(number, asked_of(corpus, readings[number].options, readings[number].tasks)) for number in run]
    if len(run) == 1:
        return Shared(Plan(location, each[0][1]), each, corpus.licence)
    columns = tuple(dict.fromkeys(name for _, asked in each for name in asked.columns))
    asked = Asked(corpus.name, corpus.layout, _without_where(of_run[0]), columns)
    return Shared(Plan(location, asked), each, corpus.licence)
