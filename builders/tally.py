"""Counts of a run as it goes: per table and per worker, kept as the log is written."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

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
    """One table: partitions in all and done, and what this run has made of them."""

    partitions: int = 0
    done: int = 0
    rows: int = 0
    rejected: int = 0
    seconds: float = 0.0
    started: float = 0.0
    ended: float = 0.0


@dataclass
class Tally:
    """All tables in order, slowest tasks, and the peak memory of every worker."""

    log: Log
    tables: dict[str, TableTally] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    peaks: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    failures: Counter[str] = field(default_factory=Counter)
    start: float = field(default_factory=time.monotonic)

    def planned(self, leg: Leg) -> None:
        """A table's partitions are known, and some of them may be there."""
        accounts = [leg.folder.finished(part.name, part.fingerprint) for part in leg.known]
        there = [account for account in accounts if account]
        tally = self.tables[leg.table.name] = TableTally(len(leg.known), len(there))
        tally.rows = sum(account.rows for account in there)
        tally.rejected = sum(sum(account.rejected.values()) for account in there)
        self.log.write("planned", table=leg.table.name, partitions=tally.partitions, done=tally.done, rows=tally.rows,
                       rejected=tally.rejected)  # fmt: skip

    def ended(self, node: Node, done: Done) -> None:
        """A task is done."""
        table, _, rest = node.key.partition("/")
        rejected = sum(done.account.rejected.values())
        self.peaks[done.worker] = max(self.peaks[done.worker], done.peak_rss_bytes)
        self.slowest = sorted([*self.slowest, (done.seconds, node.key)], reverse=True)[:5]
        if tally := self.tables.get(table):
            self._count(tally, done, rejected, is_partition=rest.partition("/")[0] not in PARTS_OF)
        self.log.write(
            "done",
            table=table,
            partition=rest,
            fingerprint=done.account.fingerprint,
            worker=done.worker,
            rows=done.account.rows,
            rejected=rejected,
            seconds=round(done.seconds, 4),
            peak_rss_bytes=done.peak_rss_bytes,
        )

    def _count(self, tally: TableTally, done: Done, rejected: int, *, is_partition: bool) -> None:
        tally.ended = time.monotonic()
        tally.started = tally.started or tally.ended - done.seconds
        tally.seconds += done.seconds
        if is_partition:
            tally.done += 1
            tally.rows += done.account.rows
            tally.rejected += rejected

    def failed(self, failure: Failure, again: bool) -> None:
        """A task failed; `again` if it is tried once more. The log names the place in the code, not the message."""
        self.failures[failure.key] += 1
        self.log.write("failed", partition=failure.key, error=where(failure.error), again=again)

    def peak_rss_bytes(self) -> int:
        """Peaks of all processes added up: at no moment was more in use."""
        return sum(self.peaks.values()) + peak_rss_bytes()

    def seconds(self) -> float:
        """Wall time since the start."""
        return time.monotonic() - self.start
