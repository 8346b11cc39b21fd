"""Volumes as images of nibabel, which the packages read."""

from typing import Any

import numpy as np

from schemas.voxels import VolumeError, Voxels


def image_of(volume: Voxels) -> Any:
    """A volume as float64; raises `VolumeError` for one that is not three-dimensional, not finite, or constant."""
    import nibabel as nib

    values = np.asarray(volume.values)
    if values.ndim != 3 or min(values.shape) < 2:
        raise VolumeError("not_a_volume", f"expected three axes of two voxels or more, got shape {values.shape}")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise VolumeError("not_finite", f"{int((~np.isfinite(values)).sum())} voxels are NaN or infinite")
    if values.min() == values.max():
        raise VolumeError("constant_volume", f"every voxel is {values.flat[0]}")
    return nib.Nifti1Image(values.astype(np.float64), volume.affine)
