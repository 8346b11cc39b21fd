"""What a net learns from: volumes and labels as nnU-Net shows them to it, and voxels drawn from them."""

from typing import Any

import numpy as np

from annotators.segmenting.result_folder import CLIP, MEAN, SPREAD
from schemas.voxels import VolumeError, Voxels

EVEN = 0.5
"""How evenly labels are drawn: 0 as they occur, 1 all alike."""
VOXELS = 60_000
"""Voxels of a volume that one step learns from."""


def as_seen(volume: Voxels, labels: Voxels, spacing: float, patch: tuple[int, int, int]) -> tuple[Any, Any]:
    """A pair as the net sees images at inference: upright, of one spacing, clipped, in [z, y, x].

    What is smaller than a patch is padded on all sides with 0, as nnU-Net pads the images that it labels. Raises
    `VolumeError` where the labels are not on the grid of the volume.
    """
    import nibabel as nib
    import torch
    from totalsegmentator.resampling import change_spacing

    if volume.values.shape != labels.values.shape:
        raise VolumeError("mask_shape", f"labels of {labels.values.shape} on a volume of {volume.values.shape} voxels")
    seen = []
    for one, order in ((volume, 1), (labels, 0)):
        upright: Any = nib.as_closest_canonical(nib.Nifti1Image(one.values.astype(np.float64), one.affine))
        seen.append(change_spacing(upright, spacing, order=order).get_fdata().transpose(2, 1, 0))
    image, found = seen
    missing = [max(wanted - size, 0) for wanted, size in zip(patch, image.shape, strict=True)]
    more = [(short // 2, short - short // 2) for short in missing]
    image, found = np.pad((np.clip(image, *CLIP) - MEAN) / SPREAD, more), np.pad(found, more)
    return torch.from_numpy(image.astype(np.float32)), torch.from_numpy(found.astype(np.int64))


def cut(image: Any, labels: Any, patch: tuple[int, int, int], chance: np.random.Generator) -> tuple[Any, Any]:
    """A patch from anywhere in a volume."""
    start = [chance.integers(size - wanted + 1) for size, wanted in zip(image.shape, patch, strict=True)]
    box = tuple(slice(low, low + wanted) for low, wanted in zip(start, patch, strict=True))
    return image[box], labels[box]


def drawn(labels: Any, chance: np.random.Generator) -> Any:
    """Places of voxels in flat labels, each label as often as its count to the power of `1 - EVEN` says."""
    import torch

    counts = torch.bincount(labels).clamp(min=1).double()
    share = counts ** (1 - EVEN) / counts
    each = share[labels].cumsum(0)
    thrown = torch.from_numpy(chance.random(VOXELS)) * each[-1]
    return torch.searchsorted(each, thrown).clamp(max=len(labels) - 1)
