"""What TotalSegmentator does with one image and one model: `totalsegmentator.nnunet.nnUNet_predict_image` (2.18).

The same steps in the same order, by the package's own functions, on arrays in memory instead of compressed files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotators.segmenting.segmenter import Ran
from annotators.segmenting.weights import Weights
from schemas.voxels import VolumeError

_MOST_AT_ONCE = 512 * 512 * 900
"""Voxels after resampling, beyond which the package cuts an image into three (never a chest)."""
_AROUND = [20, 20, 20]
"""Millimetres around the structures that an image is cropped to."""

Label = Callable[[Weights, float, Any], tuple[Any, Ran]]
"""Labels an image by the model of some weights, with tiles that move by a share of their size."""


@dataclass(frozen=True)
class Job:
    """One model, or the parts of one: `task` in whose numbers the labels are; `spacing` in mm, None: as it is."""

    task: str
    weights: tuple[Weights, ...]
    spacing: tuple[float, ...] | None
    device: str

    @property
    def step(self) -> float:
        """How far tiles move."""
        return 0.8 if self.task == "total" else 0.5


def labelled(image: Any, job: Job, label: Label, crop: NDArray[np.bool_] | None) -> tuple[NDArray[np.uint8], list[Ran]]:
    """The label map of an image (nibabel, float64), cropped to a mask of the same shape where one is given."""
    from totalsegmentator.alignment import as_closest_canonical, undo_canonical
    from totalsegmentator.cropping import crop_to_mask

    out = np.zeros(image.shape, np.uint8)
    given, box = image, [(0, size) for size in image.shape]
    if crop is not None:
        if not crop.any():
            return out, []
        given, box = crop_to_mask(image, _as_image(crop.astype(np.uint8), image), addon=_AROUND, dtype=np.int32)
    upright = as_closest_canonical(given)
    found, ran = _found(_at_spacing(upright, job), job, label)
    found = _as_image(_at_shape(_cleaned(found, job.task), upright.shape, job), upright)
    out[tuple(slice(*side) for side in box)] = np.asanyarray(undo_canonical(found, image).dataobj)
    return out, ran


def _as_image(values: Any, like: Any) -> Any:
    import nibabel as nib

    return nib.Nifti1Image(values, like.affine)


def _at_spacing(image: Any, job: Job) -> Any:
    from totalsegmentator import resampling

    if job.spacing is None:
        return image
    gpu = job.device.startswith("cuda")
    change_spacing: Any = resampling.change_spacing
    small = change_spacing(image, list(job.spacing), order=1, dtype=np.int32, nr_cpus=1, use_gpu=gpu)
    if len(job.weights) > 1 and np.prod(small.shape) > _MOST_AT_ONCE and small.shape[2] > 200:
        raise VolumeError("volume_too_large", f"{small.shape} voxels at {job.spacing} mm; at most {_MOST_AT_ONCE}")
    return small


def _found(image: Any, job: Job, label: Label) -> tuple[Any, list[Ran]]:
    if len(job.weights) == 1:
        found, ran = label(job.weights[0], job.step, image)
        return found, [ran]
    parts = [label(weights, job.step, image) for weights in job.weights]
    out = np.zeros(image.shape, np.uint8)
    for weights, (part, _) in zip(job.weights, parts, strict=True):
        own = _numbers(job.task, weights.number)[np.asanyarray(part.dataobj)]
        np.copyto(out, own, where=own != 0)
    return _as_image(out, image), [ran for _, ran in parts]


def _numbers(task: str, weights: int) -> NDArray[np.uint8]:
    """From the labels of a part of a model to those of the task."""
    from totalsegmentator import map_to_binary as package

    if task == "total":
        names = package.class_map_5_parts[package.map_taskid_to_partname_ct[weights]]
    else:
        names = package.class_map_parts_headneck_muscles[package.map_taskid_to_partname_headneck_muscles[weights]]
    whole = {name: value for value, name in package.class_map[task].items()}
    table = np.zeros(256, np.uint8)
    for value, name in names.items():
        table[value] = whole[name]
    return table


def _cleaned(found: Any, task: str) -> Any:
    from totalsegmentator import postprocessing
    from totalsegmentator.map_to_binary import class_map

    found = postprocessing.remove_auxiliary_labels(found, task)
    if task != "body":
        return found
    names, values = class_map[task], np.asanyarray(found.dataobj).astype(np.uint8)
    least = 50000 / np.prod(found.header.get_zooms())
    values = postprocessing.keep_largest_blob_multilabel(values, names, ["body_trunc"], quiet=True)
    limbs = ["body_extremities"]
    values = postprocessing.remove_small_blobs_multilabel(values, names, limbs, interval=[least, 1e10], quiet=True)
    return _as_image(values, found)


def _at_shape(found: Any, shape: Sequence[int], job: Job) -> NDArray[np.uint8]:
    """The nearest label of each voxel, as the package's `change_spacing(order=0)` finds it.

    scipy goes along each axis apart from the others, so which voxel it takes is asked once per axis.
    """
    from scipy import ndimage
    from totalsegmentator import resampling

    values = np.asanyarray(found.dataobj).astype(np.uint8)
    if job.spacing is None or values.shape == tuple(shape):
        return values
    if job.device.startswith("cuda") and resampling.cupy_available and resampling.cucim_available:
        change_spacing: Any = resampling.change_spacing
        back = change_spacing(found, list(job.spacing), shape, order=0, dtype=np.uint8, use_gpu=True)
        return np.asanyarray(back.dataobj)
    for axis, (new, old) in enumerate(zip(shape, values.shape, strict=True)):
        nearest: Any = ndimage.zoom(np.arange(old, dtype=np.float64), np.float64(new) / old, mode="nearest", order=0)
        values = values.take(nearest.astype(np.intp), axis)
    return values
