"""A mask file on the grid of its volume: the same voxels, in whatever order its axes are stored."""

from pathlib import Path

import numpy as np

from schemas.mask_files import demand_grid, read_mask
from schemas.voxels import VolumeError, Voxels

_WHOLE = 0.01
"""How far a label may lie off a whole number: what slope and intercept of a header leave."""


def read_on_grid(file: Path, volume: Voxels) -> Voxels:
    """A mask as uint16 in the axes of its volume; raises `VolumeError` `mask_unreadable`, `mask_shape`, `mask_affine`,
    `mask_label` for what are no labels.

    Axes may be stored in another order or turned round: converters of DICOM turn the rows (dcm2niix), and slices are
    ordered along their normal here. Nothing is resampled.
    """
    mask = _turned(read_mask(file), volume.affine)
    demand_grid(mask, volume, file.name)
    return Voxels(_labels(mask.values, file.name), volume.affine)


def _labels(values: np.ndarray, name: str) -> np.ndarray:
    """Whole numbers that a file may hold as real ones; NaN, probabilities and negative numbers are none."""
    low, high = values.min(), values.max()
    whole = np.rint(values) if values.dtype.kind == "f" else values
    if not (low >= 0 and high <= np.iinfo(np.uint16).max) or np.abs(whole - values).max() > _WHOLE:
        raise VolumeError("mask_label", f"{name}: voxels from {low:g} to {high:g}, expected whole numbers from 0")
    return whole.astype(np.uint16)


def _turned(mask: Voxels, affine: np.ndarray) -> Voxels:
    """With its axes in the order and direction of those of a volume; as it is, where its affine has none."""
    from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation

    between = np.linalg.inv(affine) @ mask.affine
    if mask.values.ndim != 3 or not np.isfinite(between).all():
        return mask
    way = io_orientation(between)
    if np.isnan(way).any():
        return mask
    return Voxels(apply_orientation(mask.values, way), mask.affine @ inv_ornt_aff(way, mask.values.shape))
