"""What every volume must be, whatever file it comes from: three axes, of a size that memory holds, real, not blank."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from schemas.voxels import VolumeError

if TYPE_CHECKING:
    import numpy as np

MOST_VOXELS: Final = 600_000_000
"""The largest of the 3,039 validation volumes of CT-RATE has 424 million: 0.85 GB of int16."""
_LEAST: Final = 2
"""Voxels along an axis: one slice is an image, not a volume."""
_NO_VOLUME: Final = "; scouts and single slices are no volumes, take them out of the folder"
_AGAIN: Final = "; export it anew from where it came, or take it out of the folder"
"""What a user can do about a volume."""


def _of(name: str) -> str:
    """The start of a message; no name where it may be that of a patient."""
    return f"{name}: " if name else ""


def demand_shape(shape: Sequence[int], name: str, most_voxels: int) -> None:
    """Raise `VolumeError` unless this is a volume that may be loaded.

    `two_dimensional`, `four_dimensional` (a last axis of 1 is allowed), `empty_volume`, `too_many_voxels`.
    """
    sizes = [int(size) for size in shape]
    while len(sizes) > 3 and sizes[-1] == 1:
        sizes.pop()
    told = " x ".join(map(str, sizes))
    if len(sizes) > 3:
        raise VolumeError("four_dimensional", f"{_of(name)}{told} voxels, expected three axes; split it into volumes")
    if min(sizes, default=0) <= 0:
        raise VolumeError("empty_volume", f"{_of(name)}{told} voxels{_AGAIN}")
    if len(sizes) < 3 or min(sizes) < _LEAST:
        raise VolumeError("two_dimensional", f"{_of(name)}{told} voxels, expected three axes{_NO_VOLUME}")
    voxels = sizes[0] * sizes[1] * sizes[2]
    if voxels > most_voxels:
        raise VolumeError(
            "too_many_voxels",
            f"{_of(name)}{told} are {voxels:,} voxels, more than the setting most_voxels={most_voxels:,} allows",
        )


def demand_affine(affine: "np.ndarray", name: str) -> None:
    """Raise `VolumeError` `zero_spacing` or `singular_affine` where voxels have no volume in the patient."""
    import numpy as np

    axes = affine[:3, :3]
    if not np.isfinite(affine).all():
        raise VolumeError("singular_affine", f"{_of(name)}the affine is not finite{_AGAIN}")
    lengths = np.linalg.norm(axes, axis=0)
    if (lengths <= 0).any():
        raise VolumeError("zero_spacing", f"{_of(name)}an axis of the affine has length 0{_AGAIN}")
    if abs(np.linalg.det(axes / lengths)) < 1e-3:
        raise VolumeError("singular_affine", f"{_of(name)}two axes of the affine are parallel{_AGAIN}")


def demand_values(values: "np.ndarray", name: str) -> None:
    """Raise `VolumeError` `not_finite` where a voxel is NaN or infinite, `constant_volume` where all are equal."""
    import numpy as np

    if values.dtype.kind == "f" and not np.isfinite(values.sum(dtype=np.float64)):
        raise VolumeError("not_finite", f"{_of(name)}voxels are NaN or infinite{_AGAIN}")
    low = values.min()
    if low == values.max():
        raise VolumeError("constant_volume", f"{_of(name)}every voxel is {low:g}{_AGAIN}")
