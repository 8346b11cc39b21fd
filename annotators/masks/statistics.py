"""What a label map says of each of its labels, in one pass over the voxels of mask and volume.

Counts and sums are whole numbers or added in one fixed order, so the figures do not depend on how the arrays lie in
memory beyond the order of the file. Sums of labels are sums of their figures: a union of labels needs no second pass.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotators.compiled import compiled
from schemas.voxels import VolumeError


@dataclass(frozen=True)
class Figures:
    """One row per label value from 0 to the largest asked for; axes are those of the file, (i, j, k).

    `count`: voxels. `places`: sums of the indices, shape (labels, 3). `low`, `high`: first index and the one behind
    the last, (labels, 3); 0 where there are no voxels. `sum`, `squares`: of HU and of its squares.
    """

    count: NDArray[np.int64]
    places: NDArray[np.int64]
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    sum: NDArray[np.float64]
    squares: NDArray[np.float64]

    def of(self, values: list[int]) -> "Figures":
        """The union of some labels as one row."""
        there = [value for value in values if self.count[value]]
        rows = there or values[:1]
        return Figures(
            self.count[rows].sum(keepdims=True),
            self.places[rows].sum(0, keepdims=True),
            self.low[rows].min(0, keepdims=True),
            self.high[rows].max(0, keepdims=True),
            self.sum[rows].sum(keepdims=True),
            self.squares[rows].sum(keepdims=True),
        )


def figures(mask: NDArray[np.integer], volume: NDArray[np.number], labels: int) -> Figures:
    """The figures of every value from 0 to `labels` - 1; 0 (background) has none.

    Args:
        mask: Label map, shape (i, j, k), values below `labels`.
        volume: HU, same shape.
        labels: Number of values, background included.

    Raises:
        VolumeError: `mask_shape` for arrays of different shape, `mask_label` for values that are not among the labels.
    """
    if mask.shape != volume.shape or mask.ndim != 3:
        raise VolumeError("mask_shape", f"mask of shape {mask.shape} on a volume of shape {volume.shape}")
    axes = tuple(int(axis) for axis in np.argsort([-abs(step) for step in mask.strides], kind="stable"))
    inner, values = mask.transpose(axes), np.ascontiguousarray(volume.transpose(axes))
    inner = np.ascontiguousarray(inner)
    count, places, low, high, total, squares = _walk(inner, values, labels)
    if count.shape[0] > labels:
        raise VolumeError("mask_label", f"a voxel value beyond {labels - 1}, the largest of the labels")
    back = np.argsort(axes)
    return Figures(count, places[:, back], low[:, back], high[:, back], total, squares)


@compiled
def _walk(mask, volume, labels):
    """Runs of equal labels along the innermost axis are added up before they are written down."""
    count = np.zeros(labels, np.int64)
    places = np.zeros((labels, 3), np.int64)
    low = np.zeros((labels, 3), np.int32)
    high = np.zeros((labels, 3), np.int32)
    total = np.zeros(labels, np.float64)
    squares = np.zeros(labels, np.float64)
    for i in range(mask.shape[0]):
        for j in range(mask.shape[1]):
            k = 0
            while k < mask.shape[2]:
                label = np.int64(mask[i, j, k])
                first = k
                if label == 0:
                    while k < mask.shape[2] and mask[i, j, k] == 0:
                        k += 1
                    continue
                if label < 0 or label >= labels:
                    return np.zeros(labels + 1, np.int64), places, low, high, total, squares
                run, run_squares = 0.0, 0.0
                while k < mask.shape[2] and mask[i, j, k] == label:
                    value = np.float64(volume[i, j, k])
                    run += value
                    run_squares += value * value
                    k += 1
                if count[label] == 0:
                    low[label, 0], low[label, 1], low[label, 2] = i, j, first
                length = k - first
                count[label] += length
                places[label, 0] += i * length
                places[label, 1] += j * length
                places[label, 2] += (first + k - 1) * length // 2
                low[label, 1] = min(low[label, 1], j)
                low[label, 2] = min(low[label, 2], first)
                high[label, 0] = i + 1
                high[label, 1] = max(high[label, 1], j + 1)
                high[label, 2] = max(high[label, 2], k)
                total[label] += run
                squares[label] += run_squares
    return count, places, low, high, total, squares
