"""Workers of Dask, on this machine or on a cluster of the user's: the only file that imports dask.

Workers import this file before their threads are held, so it imports nothing at its head that uses threads.
"""

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from dask.config import set as dask_settings
from dask.distributed import Client, Nanny, Scheduler, SpecCluster, WorkerPlugin
from dask.system import CPU_COUNT

from builders.machine import gpus
from builders.probe import PoolLostError, Probe, ProbeError, demand, probe_files
from builders.source_code import whole_code_hash
from builders.threads import MEMORY, environment, hold_to, limits

if TYPE_CHECKING:
    from builders.perform import Done

WINDOW = 2
"""Tasks submitted per thread: enough that no worker waits for the next, few enough to stop soon."""
CONFIG = {
    "distributed.scheduler.allowed-failures": 1,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.profile.enabled": False,  # nobody looks at it, and workers grow by it for an hour
    "distributed.admin.log-length": 100,  # what the scheduler says of workers and tasks: each holds the task
    "distributed.admin.low-level-log-length": 100,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.comm.timeouts.tcp": "60s",
    "distributed.admin.tick.limit": "1h",
}
REACH = 10.0
"""Seconds in which a scheduler must answer."""
SILENCE = logging.CRITICAL + 1
LOOK = 2.0
DESERTED = 60.0
"""Seconds between looks at the cluster, and seconds without any worker after which we stop waiting for one."""
NO_WORKERS = "all workers are gone; start some, then the same command goes on where this one stopped"
LOST = "the Dask scheduler is gone; start it again, then the same command goes on where this one stopped"


@dataclass(frozen=True)
class Job:
    """What workers are needed for: the build folder, where the sources lie, resources by table."""

    root: Path
    locations: tuple[str, ...] = ()
    resources: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class HoldThreads(WorkerPlugin):
    """Every worker of a cluster, those that join later included, holds its libraries to its declared threads."""

    name = "medmill-threads"

    def setup(self, worker: Any) -> None:
        """Runs on the worker, before its first task."""
        hold_to(worker.state.nthreads)


class DaskPool:
    """A window of tasks on the workers of one client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._keys: dict[tuple[str, int], str] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()
        self._lost: list[Any] = []
        self._submitted = 0
        self._alone = 0.0
        self.about = f", dashboard at {client.dashboard_link}" if find_spec("bokeh") else ""
        self._most = max(1, WINDOW * sum(_threads(client).values()))

    def free(self) -> bool:
        """Whether the window has room."""
        return len(self._keys) < self._most

    def submit(self, key: str, task: Any, resources: Mapping[str, float]) -> None:
        """Hand a task to the scheduler."""
        from builders.perform import perform

        self._submitted += 1
        name = (key.partition("/")[0], self._submitted)  # by table: Dask keeps what it learns of each kind of task
        future = self.client.submit(perform, task, key=name, pure=False, resources=dict(resources) or None)
        self._keys[name] = key
        future.add_done_callback(self._ended.put)

    def next(self) -> "tuple[str, Done | BaseException]":
        """Wait for one task; raises `PoolLostError` where the scheduler or all workers are gone."""
        while True:
            future = self._next_ended()
            try:
                result = future.exception() if future.status == "error" else future.result(timeout=LOOK)
            except TimeoutError:  # it ended, but what it returned was lost with its worker: it runs again
                self._look()
                future.add_done_callback(self._ended.put)
                continue
            except (OSError, CancelledError) as error:
                raise PoolLostError(LOST) from error
            self._alone = 0.0
            return self._keys.pop(future.key), result

    def _next_ended(self) -> Any:
        while True:
            if self.client.status != "running":
                raise PoolLostError(LOST)
            try:
                future = self._ended.get(timeout=LOOK)
            except Empty:
                self._look()
                self._wait_for_lost()
                continue
            if future.status == "cancelled":
                raise PoolLostError(LOST)
            if future.status == "lost":  # with the worker that held it: it runs again
                self._lost.append(future)
                continue
            return future

    def _wait_for_lost(self) -> None:
        """Dask tells of a lost task at once, again and again: asked between looks, it keeps nobody from looking."""
        lost, self._lost = self._lost, []
        for future in lost:
            future.add_done_callback(self._ended.put)

    def _look(self) -> None:
        """After each wait of `LOOK` seconds in vain; raises `PoolLostError` when there was no worker for too long."""
        self._alone = self._alone + LOOK if not _threads(self.client) else 0.0
        if self._alone > DESERTED:
            raise PoolLostError(NO_WORKERS)


@contextmanager
def _quiet() -> Iterator[None]:
    """Our settings, and no word of Dask's own on the terminal: what goes wrong is said once, by us."""
    loggers = [
        logging.getLogger(name)
        for name in list(logging.root.manager.loggerDict)
        if name.startswith(("distributed", "tornado"))
    ]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(SILENCE)
    try:
        with dask_settings(CONFIG):
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def local_pool(workers: int | None, job: Job) -> Iterator[DaskPool]:
    """Worker processes of one thread each on this machine; by default as many as it has cores for us."""
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        stack.enter_context(environment({**limits(1), **MEMORY}))
        cluster = stack.enter_context(_local_cluster(workers or CPU_COUNT, job))
        client = stack.enter_context(Client(cluster, set_as_default=False))
        _ask(client, job, code="")
        yield DaskPool(client)


def _local_cluster(workers: int, job: Job) -> SpecCluster:
    """CPU workers, and for tables that ask for one, a worker per GPU that sees no other."""
    options = {"nthreads": 1, "local_directory": str(job.root / ".work" / "dask"), "silence_logs": SILENCE}
    spec = {f"cpu-{number}": {"cls": Nanny, "options": options} for number in range(workers)}
    if any("GPU" in resources for resources in job.resources.values()):
        for number in range(len(gpus())):
            own = {"resources": {"GPU": 1}, "env": {"CUDA_VISIBLE_DEVICES": str(number)}}
            spec[f"gpu-{number}"] = {"cls": Nanny, "options": {**options, **own}}
    scheduler = {"cls": Scheduler, "options": {"host": "127.0.0.1", "dashboard_address": ":0"}}
    return SpecCluster(workers=spec, scheduler=scheduler)


@contextmanager
def scheduler_pool(address: str, job: Job) -> Iterator[DaskPool]:
    """The workers of a running scheduler, which is left running."""
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        try:
            client = stack.enter_context(Client(address, set_as_default=False, timeout=REACH))
        except (OSError, ValueError) as error:
            raise ProbeError(
                f"--scheduler {address}: no Dask scheduler answers there ({type(error).__name__})"
            ) from error
        client.register_plugin(HoldThreads())
        _ask(client, job, code=whole_code_hash())
        yield DaskPool(client)


def _threads(client: Any) -> dict[str, int]:
    """Declared threads by worker."""
    return dict(client.nthreads())


def _ask(client: Client, job: Job, *, code: str) -> None:
    """Probe all workers at once; raises `ProbeError` with what is wrong."""
    threads = _threads(client)
    with probe_files(job.root, job.locations) as files:
        probe = Probe(files, code)
        futures = [client.submit(probe, threads[worker], workers=[worker], pure=False) for worker in threads]
        answers: Any = client.gather(futures)
    offers = {worker: about.get("resources", {}) for worker, about in client.scheduler_info(-1)["workers"].items()}
    demand(dict(zip(threads, answers, strict=True)), offers, job.resources)
