"""The files that the viewer of the page asks for: one volume at a time, and its mask."""

from dataclasses import dataclass, field
from threading import Lock

from qc.review.desk import Desk
from qc.review.scenes import volume_file
from schemas.voxels import VolumeError


@dataclass
class VolumeFiles:
    """Files by the place of their item; the last volume is kept, since items of one scan may follow each other.

    One is made at a time: several in memory could be more than the machine has.
    """

    desk: Desk
    _last: tuple[str, bytes] = field(default=("", b""), init=False)
    _one: Lock = field(default_factory=Lock, init=False)

    def volume(self, place: int) -> bytes:
        """The volume in HU; raises `VolumeError`."""
        id = self._id(place)
        with self._one:
            if self._last[0] != id:
                self._last = ("", b"")
                self._last = (id, volume_file(self.desk.volumes, id))
            return self._last[1]

    def mask(self, place: int) -> bytes:
        """The file of the mask; raises `VolumeError`."""
        path = self.desk.volumes.mask_file(self._id(place))
        try:
            return path.read_bytes()
        except OSError:
            raise VolumeError("missing_file", f"{path.name}: not there, or not to be read") from None

    def _id(self, place: int) -> str:
        found = self.desk.scene(place)
        if found is None:
            raise VolumeError("no_mask", "this item has no mask file")
        return found.volume
