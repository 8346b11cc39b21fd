"""Where tasks run: the contract of a pool, and the pool that is this process itself."""

from collections.abc import Mapping
from typing import Any, Protocol

from builders.perform import Done, perform


class Pool(Protocol):
    """Runs tasks; `next` returns what came of one of them, in the order in which they end.

    `about`: what a user may want to know of it.
    """

    about: str

    def free(self) -> bool:
        """Whether another task may be submitted now."""
        ...

    def submit(self, key: str, task: Any, resources: Mapping[str, float]) -> None:
        """Run a task somewhere."""
        ...

    def next(self) -> tuple[str, Done | BaseException]:
        """Wait for a task to end; its key, and what it made or the error that stopped it."""
        ...


class InThisProcess:
    """One task at a time, here: for tests and for a debugger (`--workers 0`)."""

    about = ""

    def __init__(self) -> None:
        self._ended: list[tuple[str, Done | BaseException]] = []

    def free(self) -> bool:
        """Whether nothing waits to be taken."""
        return not self._ended

    def submit(self, key: str, task: Any, resources: Mapping[str, float]) -> None:
        """Run it at once."""
        try:
            self._ended.append((key, perform(task)))
        except Exception as error:  # handed to whoever drives, as a worker's error is
            self._ended.append((key, error))

    def next(self) -> tuple[str, Done | BaseException]:
        """The task that has run."""
        return self._ended.pop()
