"""Sides of structures that a segmenter finds as one: breast and thyroid gland, parted by the patient's middle."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from annotators.masks.statistics import figures
from annotators.segmenting.segmenter import Label, Segmented
from schemas.voxels import Voxels

TASK: Final = "split"
SPLIT: Final = {"breast": "breast", "thyroid_gland": "thyroid", "thyroid gland": "thyroid"}
"""Labels that are parted, and what follows `left` and `right` in the published names of their sides."""
MIDDLE: Final = ("vertebra", "spinal_cord", "spinal cord", "sternum")
"""Where the middle is: the mean of all labels whose names begin so, of the first kind that is there."""


def sided(made: Segmented) -> Segmented:
    """The same, with labels of either side: voxels on the right get a value of their own that bears all their names.

    The middle is the plane across the patient's x through vertebrae, spinal cord or sternum. Where none of these was
    found, or a side is named already, nothing is parted: half of a box around an organ is not a side of the patient.
    """
    known = {label.name.lower().replace("_", " ") for label in made.labels}
    wanted = {label.name: SPLIT[label.name] for label in made.labels if label.name in SPLIT}
    wanted = {name: side for name, side in wanted.items() if f"left {side}" not in known}
    middle = _middle(made) if wanted else None
    if middle is None:
        return made
    for name, side in wanted.items():
        made = _parted(made, name, side, middle)
    return made


def _middle(made: Segmented) -> float | None:
    found = figures(made.mask.values, made.mask.values, max(label.value for label in made.labels) + 1)
    for start in MIDDLE:
        values = sorted({label.value for label in made.labels if label.name.lower().startswith(start)})
        bones = found.of(values) if values else None
        if bones and bones.count[0]:
            return float(made.mask.affine[0] @ [*(bones.places[0] / bones.count[0]), 1])
    return None


def _parted(made: Segmented, name: str, side: str, middle: float) -> Segmented:
    """With the labels `left SIDE` and `right SIDE` beside one label of some values."""
    values = made.mask.values
    labels, free = list(made.labels), max(label.value for label in made.labels) + 1
    out = np.array(values, np.uint16, order="C")  # places count so, in whatever order the file lies in memory
    for value in sorted({label.value for label in made.labels if label.name == name}):
        places = np.flatnonzero(values == value)
        right = places[_x(made.mask, places) > middle]
        out.reshape(-1)[right] = free
        labels += [replace(label, value=free) for label in made.labels if label.value == value]
        labels += [Label(value, f"left {side}", TASK), Label(free, f"right {side}", TASK)]
        free += 1
    kind = np.uint8 if free <= 256 else np.uint16
    ordered = tuple(sorted(labels, key=lambda label: label.value))
    return replace(made, mask=Voxels(out.astype(kind), made.mask.affine), labels=ordered)


def _x(mask: Voxels, places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Millimetres to the right of voxels that are given by their places in the flat array."""
    i, j, k = np.unravel_index(places, mask.values.shape)
    return mask.affine[0, 0] * i + mask.affine[0, 1] * j + mask.affine[0, 2] * k + mask.affine[0, 3]
