"""What a user sees of a run: a live table on a terminal, a line per table elsewhere, nothing when quiet."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from builders.tally import TableTally, Tally

EVERY = 10.0
"""Seconds between plain lines of one table."""


@contextmanager
def shown(tally: Tally, about: str, *, quiet: bool = False) -> Iterator["View"]:
    """Show a run while it lasts."""
    console = Console(stderr=True)
    if quiet:
        yield View()
    elif console.is_terminal:
        with Live(console=console, get_renderable=lambda: live_table(tally, about), refresh_per_second=4):
            yield View()
    else:
        print(about, file=sys.stderr)
        yield Lines(tally)


class View:
    """A view that follows the tally by itself."""

    def changed(self, table: str) -> None:
        """A task of this table is done."""


class Lines(View):
    """Plain lines: a table now and then, and when it is finished."""

    def __init__(self, tally: Tally) -> None:
        self._tally, self._last = tally, {}

    def changed(self, table: str) -> None:
        """Print a line where one is due."""
        of = self._tally.tables.get(table)
        if of is None:
            return
        now = time.monotonic()
        if of.done == of.partitions or now - self._last.setdefault(table, now) > EVERY:
            self._last[table] = now
            print(f"{table}: {line(of)}", file=sys.stderr, flush=True)


def line(tally: TableTally) -> str:
    """Partitions, rows, rejected rows, rate, and the time left where it can be told."""
    taken = tally.ended - tally.started
    rate = f", {tally.rows / taken:,.0f} rows/s" if taken > 0.5 else ""
    left = f", {_time_left(tally)} left" if _time_left(tally) else ""
    return f"{tally.done}/{tally.partitions} partitions, {tally.rows:,} rows, {tally.rejected:,} rejected{rate}{left}"


def _time_left(tally: TableTally) -> str:
    taken = time.time() - tally.started
    if not tally.started or not 0 < tally.done < tally.partitions:
        return ""
    return clock(taken / tally.done * (tally.partitions - tally.done))


def clock(seconds: float) -> str:
    """`1:02:03`, `2:03`, or `4.5 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def live_table(tally: Tally, about: str) -> Group:
    """All tables with their progress."""
    table = Table(box=None, pad_edge=False)
    table.add_column("table")
    for column in ("partitions", "rows", "rejected", "rows/s", "left"):
        table.add_column(column, justify="right")
    for name, of in tally.tables.items():
        taken = of.ended - of.started
        rate = f"{of.rows / taken:,.0f}" if taken > 0.5 else ""
        done = f"{of.done}/{of.partitions}"
        style = "green" if of.done == of.partitions else ""
        table.add_row(name, done, f"{of.rows:,}", f"{of.rejected:,}", rate, _time_left(of), style=style)
    return Group(Text(f"{about}  {clock(tally.seconds())}"), table)
