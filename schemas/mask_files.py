"""Mask files: NIfTI label maps, read and held against the grid of their volume."""

import zlib
from pathlib import Path
from typing import Final

from schemas.voxels import VolumeError, Voxels
from schemas.whole_nifti import whole_nifti

CLOSE: Final = 0.01
"""Millimetres that the corners of a mask and its volume may lie apart: what single precision does to an affine."""


def file_stem(volume: str) -> str:
    """What files of a volume are called: ids may hold slashes, names of files in one folder may not."""
    return volume.replace("/", "--")


def read_mask(file: Path) -> Voxels:
    """The labels of a file, in the order of its axes and of the type that it stores.

    Raises `VolumeError`: `missing_file`, `mask_unreadable` (a wrong checksum too), `no_reader` (nibabel is missing).
    """
    try:
        from nibabel.filebasedimages import ImageFileError
    except ImportError:
        raise VolumeError("no_reader", "nibabel is not installed; pip install 'medmill[volumes]'") from None
    import numpy as np

    try:
        with whole_nifti(file) as image:
            values = np.asanyarray(image.dataobj)
    except FileNotFoundError:
        raise VolumeError("missing_file", f"{file.name}: no such file") from None
    except (OSError, EOFError, ValueError, ImageFileError, zlib.error) as error:
        told = f"{file.name}: not readable as NIfTI ({type(error).__name__}); remove it and make it again"
        raise VolumeError("mask_unreadable", told) from None
    return Voxels(values, np.asarray(image.affine))


def demand_grid(mask: Voxels, volume: Voxels, name: str) -> None:
    """Raise `VolumeError` (`mask_shape`, `mask_affine`) where the mask `name` has another grid than its volume."""
    import numpy as np

    if mask.values.shape != volume.values.shape:
        raise VolumeError(
            "mask_shape", f"{name}: {mask.values.shape} on a volume of {volume.values.shape} voxels; resample it"
        )
    corners = np.array([[i, j, k, 1] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * [*mask.values.shape, 1]
    apart = np.abs(corners @ (mask.affine - volume.affine).T).max()
    if not apart <= CLOSE:
        raise VolumeError("mask_affine", f"{name}: a corner lies {apart:.3g} mm from the volume's; resample it")
