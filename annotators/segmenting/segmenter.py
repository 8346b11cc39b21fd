"""What every segmenter does: a volume in, a label map and what its values mean out."""

from dataclasses import dataclass
from typing import Protocol

from schemas.voxels import Voxels


@dataclass(frozen=True)
class Label:
    """What one voxel value means: the segmenter's own name of a structure, and the task that made it.

    Where two tasks find something in one voxel, the voxel has a value of its own and the table one label per task
    with this value: a structure is all voxels of all values that bear its name.
    """

    value: int
    name: str
    task: str


@dataclass(frozen=True)
class Ran:
    """How a model ran in the end, not how it was asked to.

    `device`: cpu, cuda or mps. `tile`: the patch of the network in voxels along i, j, k of the canonical axes, the
    smallest where there were several. Both fields are None where no network ran.
    """

    device: str = "cpu"
    tile: tuple[int, ...] | None = None
    precision: str | None = None


@dataclass(frozen=True)
class Segmented:
    """A label map (shape and affine of the volume, uint8 or uint16, 0 is background), its labels, how it was made."""

    mask: Voxels
    labels: tuple[Label, ...]
    ran: Ran


class Segmenter(Protocol):
    """Segments volumes one by one; safe to call from several threads of one process.

    Models are loaded on first use and stay loaded in the process. An implementation is a frozen dataclass whose fields
    are its settings.
    """

    @property
    def backend(self) -> str:
        """`totalsegmentator`, `nnunet` or `precomputed`."""
        ...

    @property
    def fingerprint(self) -> str:
        """Package, version, hash of the weights: what settings do not say and results depend on."""
        ...

    def check(self) -> None:
        """Raise `MedmillError` in one line where it cannot run here: package, weights or licence missing."""
        ...

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """Segment a volume of Hounsfield units; `name` is its id.

        Raises `schemas.voxels.VolumeError` for a volume that cannot be segmented.
        """
        ...
