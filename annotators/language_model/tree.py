"""The Huffman tree of fastText's hierarchical softmax, which is not in the file but follows from the counts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def tree(counts: Sequence[int]) -> NDArray[np.int32]:
    """Per inner node its left and right child, the root last.

    Leaves are numbered first, by the order of the counts, which must fall; then the inner nodes, as they are made.
    """
    n = len(counts)
    weight = [*counts, *[10**15] * (n - 1)]
    children = np.empty((n - 1, 2), np.int32)
    leaf, node = n - 1, n
    for made in range(n, 2 * n - 1):
        for side in range(2):
            if leaf >= 0 and weight[leaf] < weight[node]:
                children[made - n, side], leaf = leaf, leaf - 1
            else:
                children[made - n, side], node = node, node + 1
        weight[made] = weight[children[made - n, 0]] + weight[children[made - n, 1]]
    return children
