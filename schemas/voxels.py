"""A volume in memory: voxels, and where they lie in the patient."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Voxels:
    """Values and geometry as a file holds them.

    `values` has shape (i, j, k), in the order of the file's own axes; a mask has integers. `affine` is 4 x 4 and
    maps (i, j, k, 1) to millimetres of the patient in RAS+: x grows to the patient's
    right, y to the front, z to the head (nibabel's convention; SimpleITK's and DICOM's is LPS+, with x and y negated).
    """

    values: "np.ndarray"
    affine: "np.ndarray"


class VolumeError(Exception):
    """A volume that cannot be used: `reason` in snake_case and `detail`, which names no patient."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
