"""The voxels of a phantom scan: painted, planted, made noisy, and stored as its scanner stores them."""

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from builders.sources.grammar.words import Dice
from builders.sources.phantom.body import Body
from builders.sources.phantom.plants import planted, without
from builders.sources.phantom.scans import Scan
from builders.sources.phantom.shapes import Canvas
from schemas.voxels import Voxels

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOISE = 24
"""Largest deviation in HU; its distribution is a triangle."""
THICK = 2
"""Slices of the thick reconstruction are the mean of so many."""


@lru_cache(maxsize=2)
def canvas_of(scan: Scan, seed: str) -> Canvas:
    """Labels and HU without noise, in RAS+."""
    body = Body(scan.shape)
    canvas = body.painted()
    if scan.gone:
        without(canvas, "gallbladder")
    planted(body, scan.plants, Dice(f"{seed}/{scan.id.rpartition('_')[0]}/plants"))
    return canvas


def stored(scan: Scan, seed: str, *, thick: bool) -> Voxels:
    """The volume as its file holds it: int16."""
    canvas = canvas_of(scan, seed)
    values = canvas.hu + _noise(canvas.hu.shape, f"{seed}/{scan.id}/{thick}")
    if thick:
        values = _thick(values)
    kept = np.rint(values).astype(np.int16)
    kept = (kept - scan.storage.offset).astype(np.int16)
    if scan.storage.padding is not None:
        kept[~_circle(kept.shape)] = scan.storage.padding
    return _turned(kept, canvas, scan, thick)


def truth(scan: Scan, seed: str, *, thick: bool) -> Voxels:
    """The labels of the same voxels; a thick slice has those of its first thin one."""
    canvas = canvas_of(scan, seed)
    return _turned(canvas.labels[:, :, ::THICK] if thick else canvas.labels, canvas, scan, thick)


def _thick(values: "NDArray[np.float32]") -> "NDArray[np.float32]":
    even = values[:, :, : values.shape[2] // THICK * THICK]
    whole = even.reshape(*values.shape[:2], -1, THICK).mean(-1, dtype=np.float32)
    rest = values[:, :, even.shape[2] :]
    return np.concatenate([whole, rest], axis=2, dtype=np.float32)  # pyright: ignore[reportReturnType]


def _noise(shape: tuple[int, ...], seed: str) -> "NDArray[np.float32]":
    """The same on every machine: a hash of each voxel's place, not a generator whose stream may change."""
    start = np.uint64(int(Dice(seed).throw() * 2**32))
    place = np.arange(math.prod(shape), dtype=np.uint64) + (start << np.uint64(24))
    for factor, shift in ((0xBF58476D1CE4E5B9, 27), (0x94D049BB133111EB, 31)):
        place = (place ^ (place >> np.uint64(30))) * np.uint64(factor)
        place ^= place >> np.uint64(shift)
    halves = (place & np.uint64(0xFFFF)).astype(np.float32), (place >> np.uint64(48)).astype(np.float32)
    return ((halves[0] + halves[1]) / 65535 - 1).reshape(shape) * NOISE  # pyright: ignore[reportReturnType]


def _circle(shape: tuple[int, ...]) -> "NDArray[np.bool_]":
    """The scanned field: a circle about as wide as the picture."""
    i, j = (np.linspace(-1, 1, size, dtype=np.float32) for size in shape[:2])
    return np.broadcast_to((i[:, None] ** 2 + (j[None] * shape[1] / shape[0]) ** 2 <= 1)[:, :, None], shape)


def _turned(values: "NDArray[np.generic]", canvas: Canvas, scan: Scan, thick: bool) -> Voxels:
    """In the axes of the file, with the affine that says so."""
    step = np.array(canvas.spacing) * (1, 1, THICK if thick else 1)
    start = np.array(canvas.origin) + ((0, 0, step[2] / 4) if thick else (0, 0, 0))
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = start
    angle = math.radians(scan.storage.tilt)
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    affine[:3] = turn @ affine[:3]
    for axis, (letter, plain) in enumerate(zip(scan.storage.axes, "RAS", strict=True)):
        if letter != plain:
            values = np.flip(values, axis)
            affine[:, 3] += affine[:, axis] * (values.shape[axis] - 1)
            affine[:, axis] *= -1
    return Voxels(np.ascontiguousarray(values), affine)
