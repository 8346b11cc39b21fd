"""What a command without a table of its own is doing: a line per step, and again while a step lasts."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread


@dataclass
class Steps:
    """The step under way, told on standard error, again after each `every` seconds; `more` says how far it is."""

    quiet: bool
    every: float = 5.0
    more: Callable[[], str] = lambda: ""
    doing: str = ""
    since: float = field(default_factory=time.monotonic)

    def tell(self, step: str) -> None:
        """A new step: said at once."""
        self.now(step)
        self._say(step)

    def now(self, step: str) -> None:
        """A new step: said only if it lasts."""
        self.doing, self.since = step, time.monotonic()

    def beat(self, stop: Event) -> None:
        """Say what lasts until it is over."""
        while not stop.wait(self.every):
            lasted = time.monotonic() - self.since
            if lasted >= self.every / 2:
                self._say(f"{self.doing} … {lasted:.0f} s{self.more()}")

    def _say(self, line: str) -> None:
        if not self.quiet:
            print(line, file=sys.stderr, flush=True)


@contextmanager
def steps(*, quiet: bool) -> Iterator[Steps]:
    """Tell what is done while it lasts."""
    told, stop = Steps(quiet), Event()
    thread = Thread(target=told.beat, args=(stop,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()
