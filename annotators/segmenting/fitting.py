"""A mask file on the grid of its volume: the same voxels, in whatever order its axes are stored."""

from pathlib import Path
from typing import Any

import numpy as np

from schemas.voxels import VolumeError, Voxels

CLOSE = 0.01
"""Millimetres that the corners of mask and volume may lie apart."""
_WHOLE = 0.01
"""How far a label may lie off a whole number: what slope and intercept of a header leave."""


def read_on_grid(file: Path, volume: Voxels) -> Voxels:
    """A mask as uint16 in the axes of its volume; raises `VolumeError` `mask_unreadable`, `mask_shape`, `mask_affine`,
    `mask_label` for what are no labels.

    Axes may be stored in another order or turned round: converters of DICOM turn the rows (dcm2niix), and slices are
    ordered along their normal here. Nothing is resampled.
    """
    mask = _turned(_read(file), volume.affine)
    if mask.values.shape != volume.values.shape:
        raise VolumeError(
            "mask_shape",
            f"{file.name}: {mask.values.shape} on a volume of {volume.values.shape} voxels; resample it to the volume",
        )
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * [*mask.values.shape, 1]
    apart = np.abs(corners @ (mask.affine - volume.affine).T).max()
    if not apart <= CLOSE:
        raise VolumeError(
            "mask_affine",
            f"{file.name}: a corner lies {apart:.3g} mm from the volume's; resample it to the volume",
        )
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


def _read(file: Path) -> Voxels:
    import zlib

    import nibabel as nib
    from nibabel.filebasedimages import ImageFileError

    try:
        image: Any = nib.load(file)  # pyright: ignore[reportPrivateImportUsage]
        return Voxels(np.asanyarray(image.dataobj), image.affine)
    except (OSError, EOFError, ValueError, ImageFileError, zlib.error) as error:
        raise VolumeError("mask_unreadable", f"{file.name}: {type(error).__name__}; is the file whole?") from None
