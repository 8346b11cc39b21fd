"""Solids in millimetres of the patient, painted into a grid of labels and HU."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Point = tuple[float, float, float]
"""x to the right of the patient, y to the front, z to the head, in mm."""


@dataclass
class Canvas:
    """A grid of the patient in RAS+: voxel (i, j, k) lies at `origin` + `spacing` * (i, j, k).

    `labels` are the segmenter's values, 0 where there is none; `hu` are Hounsfield units without noise.
    """

    labels: "NDArray[np.uint8]"
    hu: "NDArray[np.float32]"
    origin: Point
    spacing: Point

    def window(self, low: Sequence[float], high: Sequence[float]) -> tuple[slice, ...]:
        """The voxels of a box, as slices; empty where it lies outside."""
        cuts = []
        for axis in range(3):
            first = int(np.floor((low[axis] - self.origin[axis]) / self.spacing[axis]))
            last = int(np.ceil((high[axis] - self.origin[axis]) / self.spacing[axis])) + 1
            size = self.labels.shape[axis]
            cuts.append(slice(min(max(first, 0), size), min(max(last, 0), size)))
        return tuple(cuts)

    def places(self, window: tuple[slice, ...]) -> "tuple[NDArray[np.float32], ...]":
        """x, y and z of the voxels of a window, to be broadcast."""
        axes = []
        for axis, cut in enumerate(window):
            line = self.origin[axis] + self.spacing[axis] * np.arange(cut.start, cut.stop, dtype=np.float32)
            axes.append(line.reshape([-1 if other == axis else 1 for other in range(3)]).astype(np.float32))
        return tuple(axes)

    def paint(self, window: tuple[slice, ...], inside: "NDArray[np.bool_]", hu: float, label: int | None) -> None:
        """Give voxels a density, and a label unless it is None."""
        self.hu[window][inside] = hu
        if label is not None:
            self.labels[window][inside] = label


def ellipsoid(
    canvas: Canvas, centre: Sequence[float], radii: Sequence[float], *, power: float = 2.0
) -> "tuple[tuple[slice, ...], NDArray[np.bool_]]":
    """The window and the voxels of an ellipsoid; a `power` above 2 makes it boxier."""
    low = tuple(c - r for c, r in zip(centre, radii, strict=True))
    high = tuple(c + r for c, r in zip(centre, radii, strict=True))
    window = canvas.window(low, high)
    x, y, z = canvas.places(window)
    parts = [np.abs((line - c) / r) ** power for line, c, r in zip((x, y, z), centre, radii, strict=True)]
    return window, parts[0] + parts[1] + parts[2] <= 1


def tube(canvas: Canvas, points: Sequence[Point], radius: float) -> "tuple[tuple[slice, ...], NDArray[np.bool_]]":
    """The window and the voxels of a round tube through some points, with round ends."""
    path = np.array(points, dtype=np.float32)
    window = canvas.window(tuple(path.min(0) - radius), tuple(path.max(0) + radius))
    x, y, z = canvas.places(window)
    inside = np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape), bool)
    for start, end in pairwise(path):
        along = end - start
        length = max(float(along @ along), 1e-6)
        place = ((x - start[0]) * along[0] + (y - start[1]) * along[1] + (z - start[2]) * along[2]) / length
        place = np.clip(place, 0, 1)
        apart = sum((line - start[axis] - place * along[axis]) ** 2 for axis, line in enumerate((x, y, z)))
        inside |= apart <= radius * radius
    return window, inside


def beads(canvas: Canvas, path: "NDArray[np.float32]", radius: float) -> "NDArray[np.intp]":
    """Flat indices of the voxels within `radius` of any of many points that follow each other closely; shape (n, 3)."""
    reach = [int(np.ceil(radius / step)) for step in canvas.spacing]
    steps = np.stack(np.meshgrid(*[np.arange(-r, r + 1) for r in reach], indexing="ij"), -1).reshape(-1, 3)
    near = np.rint((path - canvas.origin) / canvas.spacing).astype(np.int64)
    voxels = (near[:, None, :] + steps[None]).reshape(-1, 3)
    apart = voxels * canvas.spacing + canvas.origin - np.repeat(path, len(steps), axis=0)
    shape = np.array(canvas.labels.shape)
    kept = ((apart**2).sum(1) <= radius * radius) & (voxels >= 0).all(1) & (voxels < shape).all(1)
    return np.unique(np.ravel_multi_index(tuple(voxels[kept].T), canvas.labels.shape))
