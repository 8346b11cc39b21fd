"""Drive a graph of tasks through a pool: retry what may pass the second time, finish the rest before giving up."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from builders.graph import Graph, Node
from builders.isolate import where
from builders.perform import Done
from builders.pool import Pool
from builders.probe import PoolLostError
from builders.store import NoRoomError, no_room
from schemas.errors import GoneError, MedmillError

ATTEMPTS = 3


@dataclass(frozen=True)
class Failure:
    """A task that failed for good."""

    key: str
    error: BaseException

    def __str__(self) -> str:
        if isinstance(self.error, MedmillError):
            return f"{self.key}: {self.error}"
        if type(self.error).__name__ == "KilledWorker":
            return f"{self.key}: its worker died every time it was tried (out of memory?)"
        return f"{self.key}: {where(self.error)}"


def drive(
    graph: Graph, pool: Pool, ended: Callable[[Node, Done], None], failed: Callable[[Failure, bool], None]
) -> list[Failure]:
    """Run everything that can run; returns what failed, after all else has finished.

    `ended` hears of every task that is done, `failed` of every error and whether the task is tried again.
    Raises `NoRoomError` at once, since no task can write then, `GoneError`, and `PoolLostError` where the pool does.
    """
    run = _Run(graph, pool, failed)
    while node := run.next_ended():
        ended(*node)
        graph.finish(node[0].key)
    return run.failures


class _Run:
    """Tasks that run, those that are tried again, and those that failed for good."""

    def __init__(self, graph: Graph, pool: Pool, failed: Callable[[Failure, bool], None]) -> None:
        self.graph, self.pool, self.failed = graph, pool, failed
        self.failures: list[Failure] = []
        self._running: dict[str, Node] = {}
        self._suspects: list[Node] = []
        self._attempts: Counter[str] = Counter()

    def next_ended(self) -> tuple[Node, Done] | None:
        """The next task that is done; None where nothing is left to run."""
        while True:
            self._submit()
            if not self._running:
                return None
            key, result = self.pool.next()
            node = self._running.pop(key)
            if isinstance(result, Done):
                return node, result
            self._judge(node, result)

    def _submit(self) -> None:
        """Fill the pool; a task whose worker died runs again when nothing else does, so that it takes none along."""
        while self.pool.free() and (node := self.graph.ready()):
            self._start(node)
        if not self._running and self._suspects:
            self._start(self._suspects.pop(0))

    def _start(self, node: Node) -> None:
        self._running[node.key] = node
        self.pool.submit(node.key, node.task, _resources(node))

    def _judge(self, node: Node, error: BaseException) -> None:
        """Try again what may pass; raises what ends the whole run."""
        if isinstance(error, NoRoomError | PoolLostError | GoneError):
            raise error
        if isinstance(error, Exception) and (full := no_room(error)):
            raise full from error
        self._attempts[node.key] += 1
        worker_died = type(error).__name__ == "KilledWorker"
        most = 2 if worker_died else ATTEMPTS if isinstance(error, OSError | MemoryError) else 1
        again = self._attempts[node.key] < most
        self.failed(Failure(node.key, error), again)
        if not again:
            self.failures.append(Failure(node.key, error))
        elif worker_died:
            self._suspects.append(node)
        else:
            self._start(node)


def _resources(node: Node) -> dict[str, float]:
    table = getattr(getattr(node.task, "target", None), "table", None)
    return dict(getattr(getattr(table, "stage", None), "resources", {}))
