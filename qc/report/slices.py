"""Slices of a volume as pictures: grey values in a window, outlines of masks in colour, the patient seen as on film.

Pictures lie as radiologists hang them: the patient's right is at the left, the front (axial) or the head (coronal) up.
"""

from colorsys import hsv_to_rgb
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qc.report.png import data_uri
from schemas import anatomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

Plane = Literal["axial", "coronal"]
PLANES: Final[tuple[Plane, ...]] = ("axial", "coronal")
LUNG_WINDOW: Final = (-1000.0, 200.0)
SOFT_WINDOW: Final = (-160.0, 240.0)
"""Shades from black to white, in HU."""

_LUNGS: Final = "lungs"
SIDE: Final = 360
"""Pixels of the longer side of a picture."""
_LINE: Final = 2
"""Pixels of the outlines' width."""
_GREYS: Final = 192
_COLOURS: Final = 256 - _GREYS
_GOLDEN: Final = 0.618034
_THIRD_AXIS: Final = {"axial": 2, "coronal": 1}


def window_for(structure: str) -> tuple[float, float]:
    """Lungs, their parts, and pictures of everything ("") need a window of their own."""
    known = structure in anatomy.nodes()
    lungs = not structure or structure == _LUNGS or (known and _LUNGS in anatomy.ancestors(structure))
    return LUNG_WINDOW if lungs else SOFT_WINDOW


@dataclass(frozen=True)
class Facing:
    """A volume whose axes are those of the patient: index 0 grows to the right, 1 to the front, 2 to the head.

    `labels` [x, y, z] whole numbers, 0 is nothing; `hu` of the same shape, or None where there are no grey values to
    show; `spacing` in mm. An oblique volume is shown along its own axes, by the nearest of the patient's.
    """

    labels: "np.ndarray"
    hu: "np.ndarray | None"
    spacing: tuple[float, float, float]


def faced(labels: "np.ndarray", affine: "np.ndarray", hu: "np.ndarray | None" = None) -> Facing:
    """Turn a volume with its mask, both in the order of the file (`schemas.voxels`)."""
    order, flips = _axes(affine)
    spacing = tuple(float(_lengths(affine)[axis]) for axis in order)
    turned = [None if a is None else a.transpose(order)[flips] for a in (labels, hu)]
    return Facing(turned[0], turned[1], spacing)  # pyright: ignore[reportArgumentType]


def _lengths(affine: "np.ndarray") -> "np.ndarray":
    import numpy as np

    return np.sqrt((np.asarray(affine)[:3, :3] ** 2).sum(axis=0))


def _axes(affine: "np.ndarray") -> tuple[list[int], tuple[slice, ...]]:
    """Which axis of the file runs along x, y and z of the patient, and which of them run backwards."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    directions = np.asarray(affine)[:3, :3] / _lengths(affine)
    _, order = linear_sum_assignment(-np.abs(directions))
    backwards = [directions[world, axis] < 0 for world, axis in enumerate(order)]
    return [int(axis) for axis in order], tuple(slice(None, None, -1 if back else None) for back in backwards)


def fullest(volume: Facing, plane: Plane, labels: "Sequence[int]" = ()) -> int:
    """The slice in which some labels, or all of them, are largest; the middle one where they are nowhere."""
    import numpy as np

    axis = _THIRD_AXIS[plane]
    wanted = np.isin(volume.labels, labels) if len(labels) else volume.labels > 0
    sizes = wanted.sum(axis=tuple(a for a in range(3) if a != axis))
    return int(sizes.argmax()) if sizes.any() else volume.labels.shape[axis] // 2


def seen(volume: Facing, plane: Plane, place: int) -> list[int]:
    """The labels of a slice, the largest first."""
    import numpy as np

    labels, sizes = np.unique(volume.labels.take(place, axis=_THIRD_AXIS[plane]), return_counts=True)
    return [int(label) for _, label in sorted(zip(-sizes, labels, strict=True)) if label > 0]


def picture(volume: Facing, plane: Plane, place: int, window: tuple[float, float]) -> str:
    """One slice as a data URI: shades with the outlines of all labels, or filled outlines where there are no shades."""
    import numpy as np

    labels = _as_hung(volume.labels, plane, place)
    rows, columns = _grid(labels.shape, _pixel(volume, plane))
    coloured = labels[np.ix_(rows.round().astype(int), columns.round().astype(int))]
    if volume.hu is None:
        shown = np.where(coloured > 0, colour_of(coloured), 0)
        return data_uri(shown.astype(np.uint8), palette())
    shades = _shades(_as_hung(volume.hu, plane, place), rows, columns, window)
    return data_uri(np.where(_edges(coloured), colour_of(coloured), shades).astype(np.uint8), palette())


def colour_of(label: "np.ndarray | int") -> "np.ndarray | int":
    """The number of a label's colour in `palette`; behind the last one they start again."""
    return _GREYS + (label - 1) % _COLOURS


def css_colour(label: int) -> str:
    """The colour of a label as a page writes it."""
    return "#" + bytes(palette()[colour_of(label)].tolist()).hex()


def palette() -> "np.ndarray":
    """Shades of grey, then colours far apart in hue for labels that follow each other."""
    import numpy as np

    greys = np.repeat(np.linspace(0, 255, _GREYS).round()[:, None], 3, axis=1)
    hues = [hsv_to_rgb((n * _GOLDEN) % 1, (0.9, 0.65)[n % 2], 1) for n in range(_COLOURS)]
    return np.concatenate([greys, 255 * np.array(hues)]).astype(np.uint8)


def _as_hung(values: "np.ndarray", plane: Plane, place: int) -> "np.ndarray":
    """[row, column] with front or head in the first row and the patient's right in the first column."""
    return values.take(place, axis=_THIRD_AXIS[plane]).T[::-1, ::-1]


def _pixel(volume: Facing, plane: Plane) -> tuple[float, float]:
    """Height and width of a voxel in mm, as it is hung."""
    x, y, z = volume.spacing
    return (y, x) if plane == "axial" else (z, x)


def _grid(shape: tuple[int, ...], size: tuple[float, float]) -> tuple["np.ndarray", "np.ndarray"]:
    """Places in a slice, by row and by column, of square pixels whose longer side counts `SIDE`."""
    import numpy as np

    lengths = [n * mm for n, mm in zip(shape, size, strict=True)]
    pixels = [max(1, round(SIDE * length / max(lengths))) for length in lengths]
    return tuple(  # pyright: ignore[reportReturnType]
        np.clip((np.arange(many) + 0.5) * n / many - 0.5, 0, n - 1) for many, n in zip(pixels, shape, strict=True)
    )


def _shades(hu: "np.ndarray", rows: "np.ndarray", columns: "np.ndarray", window: tuple[float, float]) -> "np.ndarray":
    import numpy as np
    from scipy.ndimage import map_coordinates

    low, high = window
    between = map_coordinates(hu.astype(np.float32), np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
    return np.clip((between - low) / (high - low), 0, 1) * (_GREYS - 1)


def _edges(labels: "np.ndarray") -> "np.ndarray":
    """Pixels of a label no further than `_LINE` from another one, or from nothing, along a row or a column."""
    import numpy as np

    padded = np.pad(labels, _LINE)
    rows, columns = labels.shape
    found = np.zeros(labels.shape, bool)
    for away in (step for step in range(-_LINE, _LINE + 1) if step):
        found |= padded[_LINE + away : _LINE + away + rows, _LINE:-_LINE] != labels
        found |= padded[_LINE:-_LINE, _LINE + away : _LINE + away + columns] != labels
    return (labels > 0) & found
