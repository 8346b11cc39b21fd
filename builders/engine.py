"""Workers of Dask, on this machine or on a cluster of the user's: the only file that imports dask."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dask.config import set as dask_settings
from dask.distributed import Client, LocalCluster, as_completed

from builders.drive import PoolLostError
from builders.perform import Done, perform

WINDOW = 2
"""Tasks submitted per thread: enough that no worker waits for the next, few enough to stop soon."""
CONFIG = {
    "distributed.scheduler.allowed-failures": 3,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.admin.tick.limit": "1h",
}


class DaskPool:
    """A window of tasks on the workers of one client."""

    def __init__(self, client: Client, threads: int) -> None:
        self.client, self._most = client, max(1, WINDOW * threads)
        self._keys: dict[str, str] = {}
        self._ended = as_completed(loop=client.loop, with_results=True, raise_errors=False)
        self._submitted = 0

    def free(self) -> bool:
        """Whether the window has room."""
        return len(self._keys) < self._most

    def submit(self, key: str, task: Any, resources: Mapping[str, float]) -> None:
        """Hand a task to the scheduler."""
        self._submitted += 1
        name = f"{key.replace('/', ' ')}-{self._submitted}"
        future = self.client.submit(perform, task, key=name, pure=False, resources=dict(resources) or None)
        self._keys[name] = key
        self._ended.add(future)

    def next(self) -> tuple[str, Done | BaseException]:
        """Wait for one task; raises `PoolLostError` where the scheduler is gone."""
        future, result = next(self._ended)
        if future.status == "cancelled" or self.client.status != "running":
            raise PoolLostError("the Dask scheduler is gone; start it again, then the same command goes on")
        key = self._keys.pop(future.key)
        return key, result if isinstance(result, Done) else _error_of(result)


def _error_of(result: Any) -> BaseException:
    """The exception in what `as_completed` returns for a failed task."""
    if isinstance(result, tuple) and len(result) == 3:
        return result[1].with_traceback(result[2])
    return result if isinstance(result, BaseException) else RuntimeError(f"unexpected result {type(result).__name__}")


def thread_limits(threads: int) -> dict[str, str]:
    """Environment that holds every library of a worker to its declared threads; read when they are imported."""
    names = ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys(names, str(threads))


@contextmanager
def local_pool(workers: int, scratch: Path) -> Iterator[DaskPool]:
    """Worker processes of one thread each on this machine."""
    with (
        dask_settings(CONFIG),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,  # pyright: ignore[reportArgumentType]
            local_directory=str(scratch),
            silence_logs=50,
            env=thread_limits(1),
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield DaskPool(client, workers)
