"""Whether stored values are Hounsfield units already, or become so by slope and intercept: decided by their peaks.

CT-RATE's second release stores HU, while its metadata still carry the slope and intercept of the first; minimum and
maximum decide nothing, for padding differs. In every chest CT there is air or lung, and fat or muscle: the scale under
which both have a peak where they belong is the right one. If none has, or both have, nothing is decided.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from builders.stages.stored_values import StoredValues, stored_values
from schemas.voxels import VolumeError, Voxels

if TYPE_CHECKING:
    import numpy as np

LUNG: Final = (-1050.0, -700.0)
"""HU of air (-1000, and up to 50 lower in noise and calibration) and inflated lung."""
SOFT: Final = (-120.0, 80.0)
"""HU of fat (-120 to -80) and of muscle and fluids (0 to 80)."""
_LEAST: Final = 0.02
"""Share of the voxels, padding apart, that each window must hold; in chest CT each holds more than a tenth."""
_SMOOTH: Final = 31.0
"""HU; width of the box that runs over the counts twice, wide enough for the noise of lung kernels."""
_BEYOND: Final = 30.0
"""HU around a window in which nothing may be higher than its peak: else that peak is the flank of another."""


@dataclass(frozen=True)
class Scale:
    """HU = stored * slope + intercept; `name` is one of `schemas.volumes.SCALES`.

    `padding`: the stored value outside the scanned field, if any; `lung_peak`, `soft_peak`: in HU.
    """

    name: str
    slope: float
    intercept: float
    padding: float | None
    lung_peak: float
    soft_peak: float


def decide_scale(values: "np.ndarray", slope: float | None, intercept: float | None) -> Scale:
    """The scale of a volume of stored values; `slope` and `intercept` are those of the source's table, if any.

    Raises `VolumeError` `scale_undecided`.
    """
    stored = stored_values(values)
    found = [
        scale
        for name, by in _hypotheses(slope, intercept).items()
        if (scale := _under(stored, name, *by)) is not None
    ]  # fmt: skip
    if len(found) != 1:
        raise VolumeError("scale_undecided", _undecided(slope, intercept, bool(found)))
    return found[0]


def _undecided(slope: float | None, intercept: float | None, both: bool) -> str:
    tried = " and ".join(f"{name} (x {by[0]:g} + {by[1]:g})" for name, by in _hypotheses(slope, intercept).items())
    return (
        f"lung and soft tissue have their peaks in place under {'both' if both else 'none'} of: {tried}; "
        "is it a chest CT? Its numbers must be HU, or become HU by the slope and intercept that its source names"
    )


def hounsfield(voxels: Voxels, slope: float, intercept: float) -> Voxels:
    """The same volume in HU by the slope and intercept of its `OpenedVolume` row; padding is scaled along.

    The array itself where they are 1 and 0; else a new one: int16 or int32 for integers by whole numbers, or float32.
    """
    import numpy as np

    values = voxels.values
    if (slope, intercept) == (1, 0):
        return voxels
    whole = values.dtype.kind in "iu" and float(slope).is_integer() and float(intercept).is_integer()
    kind = _integers(values, int(slope), int(intercept)) if whole else np.float32
    scaled = values.astype(kind)  # of integers, what overflows on the way comes back, since the ends fit
    scaled *= kind(slope)
    scaled += kind(intercept)
    return Voxels(scaled, voxels.affine)


def _integers(values: "np.ndarray", slope: int, intercept: int) -> "type[np.int16] | type[np.int32]":
    import numpy as np

    ends = [int(end) * slope + intercept for end in (values.min(), values.max())]
    return np.int16 if all(abs(number) < 2**15 for number in (*ends, slope, intercept)) else np.int32


def _hypotheses(slope: float | None, intercept: float | None) -> dict[str, tuple[float, float]]:
    """Scale by name; one alone where the other says the same, or is none."""
    as_stored = {"as_stored": (1.0, 0.0)}
    if slope is None or intercept is None or not slope > 0 or (slope, intercept) == (1, 0):
        return as_stored
    return {**as_stored, "rescaled": (float(slope), float(intercept))}


def _under(stored: StoredValues, name: str, slope: float, intercept: float) -> Scale | None:
    """The scale with its peaks, if both are in place."""
    counts = stored.without_padding()
    lung, soft = (_peak(counts, stored.low, slope, intercept, window) for window in (LUNG, SOFT))
    if lung is None or soft is None:
        return None
    return Scale(name, slope, intercept, _padding(stored, slope, intercept), lung, soft)


def _peak(counts: "np.ndarray", low: int, slope: float, intercept: float, window: tuple[float, float]) -> float | None:
    """Where the counts are highest in a window, in HU; None where there are few, or the height lies beside it."""
    import numpy as np

    def place(hu: float) -> int:
        return int(np.clip(np.rint((hu - intercept) / slope) - low, 0, len(counts)))

    start, stop = place(window[0]), place(window[1])
    total = counts.sum()
    if stop <= start or counts[start:stop].sum() < _LEAST * total or not total:
        return None
    margin = round(3 * _SMOOTH / slope)
    first = max(start - margin, 0)
    smooth = _smoothed(counts[first : stop + margin], slope)
    beyond = round(_BEYOND / slope)
    around = max(start - beyond - first, 0)
    highest = around + int(np.argmax(smooth[around : stop + beyond - first])) + first
    return float((highest + low) * slope + intercept) if start <= highest < stop else None


def _smoothed(counts: "np.ndarray", slope: float) -> "np.ndarray":
    import numpy as np

    width = max(round(_SMOOTH / slope), 1)
    box = np.ones(width | 1)
    return np.convolve(np.convolve(counts, box, "same"), box, "same")


def _padding(stored: StoredValues, slope: float, intercept: float) -> float | None:
    """The value that fills most edges; air, which noise-free volumes hold as one value, is none."""
    filling = [value for value in stored.padding if not -1020 < value * slope + intercept < -900]
    return float(filling[0]) if filling else None
