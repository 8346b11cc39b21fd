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
from schemas.errors import MedmillError

ATTEMPTS = 3


@dataclass(frozen=True)
class Failure:
    """A task that failed for good."""

    key: str
    error: BaseException

    def __str__(self) -> str:
        reason = str(self.error) if isinstance(self.error, MedmillError) else f"{where(self.error)}: {self.error}"
        return f"{self.key}: {reason}"


def drive(
    graph: Graph, pool: Pool, ended: Callable[[Node, Done], None], failed: Callable[[Failure, bool], None]
) -> list[Failure]:
    """Run everything that can run; returns what failed, after all else has finished.

    `ended` hears of every task that is done, `failed` of every error and whether the task is tried again.
    Raises `NoRoomError` at once, since no task can write then, and `PoolLostError` where the pool does.
    """
    running: dict[str, Node] = {}
    attempts: Counter[str] = Counter()
    failures: list[Failure] = []
    while True:
        while pool.free() and (node := graph.ready()):
            running[node.key] = node
            pool.submit(node.key, node.task, _resources(node))
        if not running:
            return failures
        key, result = pool.next()
        if isinstance(result, Done):
            ended(running.pop(key), result)
            graph.finish(key)
            continue
        attempts[key] += 1
        again = _may_pass(result) and attempts[key] < ATTEMPTS
        failed(Failure(key, result), again)
        if again:
            pool.submit(key, running[key].task, _resources(running[key]))
        else:
            failures.append(Failure(key, result))
            del running[key]


def _may_pass(error: BaseException) -> bool:
    """Whether a second attempt may help; raises what ends the whole run."""
    if isinstance(error, NoRoomError | PoolLostError):
        raise error
    if isinstance(error, Exception) and (full := no_room(error)):
        raise full from error
    return not isinstance(error, MedmillError) and type(error).__name__ != "KilledWorker"


def _resources(node: Node) -> dict[str, float]:
    table = getattr(getattr(node.task, "target", None), "table", None)
    return dict(getattr(getattr(table, "stage", None), "resources", {}))
