"""How the axes of a volume lie in the patient."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Geometry:
    """`spacing`: mm along i, j, k. `orientation`: the nearest anatomical directions of i, j, k (`LPS`: i grows to the
    left, j to the back, k to the head). `oblique`: the largest angle between an axis and its nearest, in degrees.
    """

    spacing: tuple[float, float, float]
    orientation: str
    oblique: float


def geometry(affine: "np.ndarray") -> Geometry:
    """The geometry of an affine to RAS+; it must have been checked (`builders.sources.sound_volume`)."""
    import numpy as np
    from nibabel.affines import obliquity, voxel_sizes
    from nibabel.orientations import aff2axcodes

    spacing, codes = voxel_sizes(affine), aff2axcodes(affine)
    angles = np.degrees(obliquity(affine))
    return Geometry(
        (float(spacing[0]), float(spacing[1]), float(spacing[2])), "".join(map(str, codes)), float(angles.max())
    )
