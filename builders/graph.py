"""What can run now: tasks that wait for other tasks, some of which are only known once those are done."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any


@dataclass
class Node:
    """A task, or with `task=None` a point that is reached when all of `after` are done; then `then` runs here."""

    key: str
    task: Any = None
    after: set[str] = field(default_factory=set)
    then: Callable[[], None] | None = None


class Graph:
    """Nodes in order of adding; of those that may run, the first added runs first."""

    def __init__(self) -> None:
        self._done: set[str] = set()
        self._nodes: dict[str, Node] = {}
        self._followers: defaultdict[str, list[str]] = defaultdict(list)
        self._free: list[tuple[int, str]] = []
        self._queued: set[str] = set()
        self._added: dict[str, int] = {}

    def add(self, nodes: Iterable[Node]) -> None:
        """Add nodes; what they wait for may be added later. Raises `ValueError` for a key that is there already."""
        for node in nodes:
            if node.key in self._added:
                raise ValueError(f"two tasks are called {node.key}")
            self._added[node.key] = len(self._added)
            self._nodes[node.key] = node
            self._wait(node, node.after)

    def skip(self, keys: Iterable[str]) -> None:
        """What was finished by an earlier run."""
        self._done |= set(keys)

    def hold(self, key: str, after: Iterable[str]) -> None:
        """Let a node that still waits wait for more."""
        self._wait(self._nodes[key], set(after))

    def _wait(self, node: Node, after: set[str]) -> None:
        node.after = (node.after | after) - self._done
        for other in after - self._done:
            self._followers[other].append(node.key)
        self._queue(node)

    def _queue(self, node: Node) -> None:
        """A node that waits for nothing may run; it may be told so more than once."""
        if not node.after and node.key not in self._queued:
            self._queued.add(node.key)
            heappush(self._free, (self._added[node.key], node.key))

    def ready(self) -> Node | None:
        """Take the next task that may run; None where all wait. Points that are reached run on the way."""
        while self._free:
            _, key = heappop(self._free)
            node = self._nodes[key]
            if node.task is not None:
                return node
            if node.then:
                node.then()
            self.finish(key)
        return None

    def anything(self) -> bool:
        """Whether a task may run now."""
        node = self.ready()
        if node:
            heappush(self._free, (self._added[node.key], node.key))
        return node is not None

    def finish(self, key: str) -> None:
        """A task is done: what waits for it may go on. A failed one never is, so what waits for it never runs."""
        self._done.add(key)
        del self._nodes[key]
        for follower in self._followers.pop(key, ()):
            node = self._nodes[follower]
            node.after.discard(key)
            self._queue(node)

    @property
    def unfinished(self) -> list[str]:
        """Keys of what is not done."""
        return list(self._nodes)
