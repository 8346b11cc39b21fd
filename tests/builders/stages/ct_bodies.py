"""Chests of ellipses in HU, and the ways in which a file may store them."""

from typing import NamedTuple

import nibabel as nib
import numpy as np

SPACING = (4.0, 4.0, 8.0)


class Stored(NamedTuple):
    """Voxels as stored, their affine, and slope and intercept of the metadata."""

    values: np.ndarray
    affine: np.ndarray
    slope: float
    intercept: float


def chest(noise: float = 20.0, shape: tuple[int, int, int] = (72, 64, 24), seed: int = 0) -> np.ndarray:
    """A body with fat, muscle, two lungs and a spine in air, RAS; noise is normal, in HU."""
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, size) for size in shape), indexing="ij")
    hu = np.full(shape, -1000.0)
    hu[(i / 0.9) ** 2 + (j / 0.75) ** 2 < 1] = -100
    hu[(i / 0.8) ** 2 + (j / 0.65) ** 2 < 1] = 45
    for side in (-0.38, 0.38):
        hu[((i - side) / 0.28) ** 2 + ((j - 0.05) / 0.45) ** 2 + (k / 1.2) ** 2 < 1] = -850
    hu[(i / 0.1) ** 2 + ((j + 0.5) / 0.1) ** 2 < 1] = 500
    return hu + np.random.default_rng(seed).normal(0, noise, shape) if noise else hu


def stored(hu: np.ndarray, *, scaled: bool, intercept: float, padding: int | None, in_hu: bool, way: str) -> Stored:
    """HU as a file of int16: in HU already, or with the intercept taken off, padded outside a circle.

    `in_hu`: the padding is filled in before the intercept is taken off, else it is the stored value itself.
    """
    values = np.rint(np.maximum(hu, -1024)).astype(np.int32)
    outside = _outside(hu.shape)
    if padding is not None and (in_hu or scaled):
        values[outside] = padding
    values = values if scaled else values - int(intercept)
    if padding is not None and not in_hu and not scaled:
        values[outside] = padding
    values, affine = turned(values.astype(np.int16), way)
    return Stored(values, affine, 1.0, intercept)


def _outside(shape: tuple[int, ...]) -> np.ndarray:
    i, j = np.meshgrid(*(np.linspace(-1, 1, size) for size in shape[:2]), indexing="ij")
    return np.broadcast_to((i**2 + j**2 > 1)[..., None], shape)


WAYS = ("RAS", "LPS", "LAS", "oblique", "mirrored")


def turned(values: np.ndarray, way: str) -> tuple[np.ndarray, np.ndarray]:
    """The same voxels in another order of axes; `mirrored`: pixels flipped, and the affine knows nothing of it."""
    affine = np.diag([*SPACING, 1.0])
    if way == "mirrored":
        return values[::-1].copy(), affine
    if way == "oblique":
        return values, nib.affines.from_matvec(_rotation(20.0) @ affine[:3, :3], [10, -20, 30])
    image = nib.Nifti1Image(values, affine)
    target = nib.orientations.axcodes2ornt(tuple(way))
    image = image.as_reoriented(nib.orientations.ornt_transform(nib.io_orientation(affine), target))
    return np.asarray(image.dataobj), image.affine


def _rotation(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
