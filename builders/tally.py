"""Counts of a run as it goes: per table and per worker, kept as the log is written."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from builders.drive import Failure
from builders.graph import Node
from builders.isolate import where
from builders.legs import Leg
from builders.logs import Log
from builders.perform import Done, peak_rss_bytes

PARTS_OF = {"shuffle", "arrange", "pair"}
"""Tasks whose rows only become a partition later."""


@dataclass
class TableTally:
    """One table: partitions in all and done, and what came of them. Times are seconds since 1970."""

    partitions: int = 0
    done: int = 0
    rows: int = 0
    rejected: int = 0
    seconds: float = 0.0
    started: float = 0.0
    ended: float = 0.0

    def count(self, line: Mapping[str, Any]) -> None:
        """Count a task that is done, as the log has it."""
        self.ended = datetime.fromisoformat(line["time"]).timestamp()
        self.started = self.started or self.ended - line["seconds"]
        self.seconds += line["seconds"]
        if line["partition"].partition("/")[0] not in PARTS_OF:
            self.done += 1
            self.rows += line["rows"]
            self.rejected += line["rejected"]


def replay(lines: Iterable[Mapping[str, Any]]) -> dict[str, TableTally]:
    """The tables of a run, from its log."""
    tables: dict[str, TableTally] = {}
    for line in lines:
        _follow(tables, line)
    return tables


def _follow(tables: dict[str, TableTally], line: Mapping[str, Any]) -> None:
    if line["event"] == "planned":
        tables[line["table"]] = TableTally(*(line[name] for name in ("partitions", "done", "rows", "rejected")))
    elif line["event"] == "done" and line["table"] in tables:
        tables[line["table"]].count(line)


@dataclass
class Tally:
    """All tables in order, slowest tasks, and the peak memory of every worker; every event goes to the log."""

    log: Log
    tables: dict[str, TableTally] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    peaks: dict[str, int] = field(default_factory=dict)
    start: float = field(default_factory=time.monotonic)

    def planned(self, leg: Leg) -> None:
        """A table's partitions are known, and some of them may be there."""
        accounts = [leg.folder.finished(part.name, part.fingerprint) for part in leg.known]
        there = [account for account in accounts if account]
        self._write(
            "planned",
            table=leg.table.name,
            partitions=len(accounts),
            done=len(there),
            rows=sum(account.rows for account in there),
            rejected=sum(sum(account.rejected.values()) for account in there),
        )

    def ended(self, node: Node, done: Done) -> None:
        """A task is done."""
        table, _, rest = node.key.partition("/")
        self.peaks[done.worker] = max(self.peaks.get(done.worker, 0), done.peak_rss_bytes)
        self.slowest = sorted([*self.slowest, (round(done.seconds, 2), node.key)], reverse=True)[:5]
        self._write(
            "done",
            table=table,
            partition=rest,
            fingerprint=done.account.fingerprint,
            worker=done.worker,
            rows=done.account.rows,
            rejected=sum(done.account.rejected.values()),
            seconds=round(done.seconds, 4),
            peak_rss_bytes=done.peak_rss_bytes,
        )

    def failed(self, failure: Failure, again: bool) -> None:
        """A task failed; `again` if it is tried once more. The log names the place in the code, not the message."""
        self._write("failed", partition=failure.key, error=where(failure.error), again=again)

    def _write(self, event: str, **facts: Any) -> None:
        _follow(self.tables, self.log.write(event, **facts))

    def peak_rss_bytes(self) -> int:
        """Peaks of all processes added up: at no moment was more in use."""
        return sum(self.peaks.values()) + peak_rss_bytes()

    def seconds(self) -> float:
        """Wall time since the start."""
        return time.monotonic() - self.start
