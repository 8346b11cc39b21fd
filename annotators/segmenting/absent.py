"""What stands for a segmenter where a source has no volumes: nothing has to be installed to read reports alone."""

from dataclasses import dataclass

from annotators.segmenting.segmenter import Segmented
from schemas.voxels import VolumeError, Voxels


@dataclass(frozen=True)
class Absent:
    """Segments nothing."""

    backend = "none"
    fingerprint = ""

    def check(self) -> None:
        """Always there."""

    def segment(self, volume: Voxels, name: str) -> Segmented:
        """Raises `VolumeError`: the source had no volumes when the build was planned."""
        raise VolumeError("no_segmenter", f"{name} appeared after the build was planned; build again")
