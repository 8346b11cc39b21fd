"""Volumes from NIfTI files, checked before they are loaded: what is wrong with one is said, never guessed away."""

import gzip
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from builders.sources.place import Place, is_gzip
from builders.sources.sound_volume import MOST_VOXELS, demand_affine, demand_shape, demand_values
from schemas.voxels import VolumeError, Voxels
from schemas.whole_nifti import whole_nifti

if TYPE_CHECKING:
    import numpy as np

_SIZES: Final = {348: "Nifti1Header", 540: "Nifti2Header"}
"""Bytes of the header, which are its first four."""
_REAL: Final = "biuf"


def read_nifti(place: Place, name: str, most_voxels: int = MOST_VOXELS) -> Voxels:
    """A volume with its true affine (RAS+), values as stored: the scaling that the file's own header carries is part
    of how a value is stored, so it is applied (where it is not 1 and 0); slopes of other tables are not.

    A last axis of length 1 is dropped. Integers without scaling keep their type, all else is float32.
    Raises `VolumeError`: `missing_file`, `not_nifti`, `truncated_volume`, `unreadable_volume`, those of
    `sound_volume`, `colour_image` (or complex values), `no_orientation` where neither sform nor qform is set: which
    side is left is unknown then.
    """
    with _local(place, name) as path:
        header = _header(path, name)
        demand_shape(header.get_data_shape(), name, most_voxels)
        _demand_real(header.get_data_dtype(), name)
        _demand_geometry(header, name)
        values, affine = _loaded(path, name)
    demand_affine(affine, name)
    demand_values(values, name)
    return Voxels(values, affine)


@contextmanager
def _local(place: Place, name: str) -> Iterator[str]:
    """The file on this disk: its own path, or a copy that goes with the reading."""
    path = place.full(name)
    if not place.fs.isfile(path):
        raise VolumeError("missing_file", f"{name}: no such file")
    if place.is_local:
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=".nii.gz" if is_gzip(name) else ".nii") as copy:
        place.fs.get_file(path, copy.name)
        yield copy.name


def _header(path: str, name: str) -> Any:
    """The header as the file has it: nibabel, asked for an image, mends zero spacings to 1 in silence."""
    import nibabel as nib

    with _telling(name):
        opener = gzip.open if is_gzip(path) else open
        with opener(path, "rb") as file:
            head = file.read(4)
            sizes = {struct.unpack(f"{order}i", head)[0] for order in "<>"} if len(head) == 4 else set[int]()
            kind = next((_SIZES[size] for size in _SIZES if size in sizes), None)
            if kind is None:
                raise VolumeError("not_nifti", f"{name}: does not begin with a NIfTI header")
            file.seek(0)
            return getattr(nib, kind).from_fileobj(file, check=False)


def _demand_real(dtype: "np.dtype[Any]", name: str) -> None:
    if dtype.kind not in _REAL:
        raise VolumeError("colour_image", f"{name}: voxels are of type {dtype}, expected one number each")


def _demand_geometry(header: Any, name: str) -> None:
    spacing = [float(size) for size in header["pixdim"][1:4]]
    if not all(0 < size < float("inf") for size in spacing):
        raise VolumeError(
            "zero_spacing", f"{name}: spacing {spacing} in the header, expected lengths in mm; convert it anew"
        )
    if not (header["sform_code"] or header["qform_code"]):
        raise VolumeError(
            "no_orientation", f"{name}: the header has neither sform nor qform, so no side is known; convert it anew"
        )


def _loaded(path: str, name: str) -> "tuple[np.ndarray, np.ndarray]":
    import numpy as np

    with _telling(name), whole_nifti(Path(path)) as image:
        data = image.dataobj
        plain = (data.slope, data.inter) == (1.0, 0.0)
        values = np.asarray(data.get_unscaled()) if plain else np.asarray(data, dtype=np.float32)
        kind = np.float32 if values.dtype.kind == "f" else values.dtype.newbyteorder("=")
        values = values.astype(kind, copy=False)
        return values.reshape(values.shape[:3]), np.asarray(image.affine, np.float64)


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Failures of reading as reasons; the messages of the readers hold paths, so they are not passed on."""
    from nibabel.filebasedimages import ImageFileError
    from nibabel.spatialimages import HeaderDataError

    try:
        yield
    except (EOFError, zlib.error):
        raise VolumeError("truncated_volume", f"{name}: the file is cut off or damaged; get it again") from None
    except gzip.BadGzipFile:
        raise VolumeError("not_nifti", f"{name}: this is no gzip file, or it is damaged") from None
    except ImageFileError:
        raise VolumeError("not_nifti", f"{name}: not readable as NIfTI") from None
    except PermissionError:
        raise VolumeError("unreadable_volume", f"{name}: no permission to read this file") from None
    except (OSError, ValueError, HeaderDataError):
        raise VolumeError("truncated_volume", f"{name}: has fewer voxels than its header says; get it again") from None
