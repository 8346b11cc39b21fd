"""The cosine of every pair of terms, in a file."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

_BLOCK: Final = 512


def write_cosine(path: Path, vectors: NDArray[np.float32]) -> None:
    """Write `vectors @ vectors.T` as a `.npy`: [term, term], float32, symmetric bit by bit, 1 on the diagonal.

    `vectors`: [term, dimension], of length 1. Multiplied in blocks of one shape on one thread, since the shape
    of a product and the number of threads decide its last bits.
    """
    n = len(vectors)
    padded = np.zeros((-(-n // _BLOCK) * _BLOCK, vectors.shape[1]), np.float32)
    padded[:n] = vectors
    out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(n, n))
    with threadpool_limits(1):
        for i in range(0, n, _BLOCK):
            for j in range(i, n, _BLOCK):
                block = np.clip(padded[i : i + _BLOCK] @ padded[j : j + _BLOCK].T, -1, 1)
                out[i : i + _BLOCK, j : j + _BLOCK] = block[: n - i, : n - j]
                if i == j:
                    block = (np.triu(block) + np.triu(block, 1).T)[: n - i, : n - i]
                    np.fill_diagonal(block, 1)
                    out[i : i + _BLOCK, i : i + _BLOCK] = block
                else:
                    out[j : j + _BLOCK, i : i + _BLOCK] = block.T[: n - j, : n - i]
    out.flush()
