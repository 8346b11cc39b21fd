"""Hold every library of a worker process to the worker's declared threads. Imports nothing heavy: it runs first."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

VARIABLES = (
    "POLARS_MAX_THREADS",
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
)


MEMORY = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Free memory goes back at once: for jemalloc, which polars brings (it keeps pages otherwise, and a worker grows by a
third over some hundred partitions; this costs about 7 % of the time), and for Arrow, whose own pool keeps 25 MB. Read
when polars and pyarrow are imported."""


def limits(threads: int) -> dict[str, str]:
    """Environment variables that the libraries read when they are first imported."""
    return dict.fromkeys(VARIABLES, str(threads))


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for processes that are started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def hold_to(threads: int) -> None:
    """Set the limits in this process; what is already imported is told as far as it listens."""
    os.environ.update(limits(threads))
    if "numba" in sys.modules:
        from numba import get_num_threads, set_num_threads

        set_num_threads(min(threads, get_num_threads()))
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(threads)


def polars_threads() -> int:
    """Threads of the pool that polars made at its import, which nothing changes later."""
    import polars as pl

    return pl.thread_pool_size()
