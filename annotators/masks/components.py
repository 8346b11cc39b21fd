"""How many pieces a mask has, and how much of it is in the largest."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def components(mask: NDArray[np.integer], values: Sequence[int]) -> tuple[int, float]:
    """Number of 26-connected pieces of the voxels that have one of the values, and the largest one's share of them."""
    import cc3d

    there = mask == values[0] if len(values) == 1 else np.isin(mask, values)
    pieces, count = cc3d.connected_components(there, connectivity=26, return_N=True)
    sizes = np.bincount(pieces.ravel(order="K"))[1:]
    return int(count), float(sizes.max() / sizes.sum())
