"""A chest CT of full size and its mask, in memory, and how long something takes: for benchmarks of volumes."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

SHAPE = (512, 512, 300)
AFFINE = np.diag([-0.7, -0.7, 1.0, 1.0])
LABELS = 117


def volume() -> tuple[np.ndarray, np.ndarray]:
    """HU (noise around tissue, air at two sides) and labels (117 boxes), (i, j, k)."""
    rng = np.random.default_rng(7)
    hu = rng.normal(40, 12, SHAPE).astype(np.int16)
    hu[:40], hu[-40:] = -1000, -1000
    labels = np.zeros(SHAPE, np.uint8)
    for label in range(1, LABELS + 1):
        i, j, k = (rng.integers(0, n - 80) for n in SHAPE)
        labels[i : i + 80, j : j + 80, k : k + 60] = label
    return hu, labels


def seconds(runs: int, work: Callable[[], object]) -> float:
    """Median of some runs."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)
