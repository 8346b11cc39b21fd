"""Volumes through SimpleITK: DICOM series, checked slice by slice before they are loaded, MetaImage and NRRD.

SimpleITK (GDCM) applies RescaleSlope and RescaleIntercept of DICOM, so that CT comes in HU. Its directions are LPS+;
an affine to RAS+ negates x and y.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from locale import LC_ALL, setlocale
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from builders.sources.sound_volume import demand_affine, demand_shape, demand_values
from schemas.voxels import VolumeError, Voxels

if TYPE_CHECKING:
    import numpy as np

_KERNEL, _POSITION, _ORIENTATION = "0018|1210", "0020|0032", "0020|0037"
_UNEVEN: Final = 0.1
"""Share of the usual distance by which two slices may lie off it: tables round positions, a lost slice doubles it."""
_TILT: Final = 0.01
"""Sine of the angle between the way from slice to slice and the normal of the slices: beyond, the gantry was tilted."""


class Series(NamedTuple):
    """One series of a folder: `name` is a hash of its SeriesInstanceUID; `files` in the order of their positions."""

    name: str
    files: tuple[str, ...]


def series_in(folder: str) -> list[Series]:
    """The series of a folder by SeriesInstanceUID, in the order of their names; none where nothing is DICOM."""
    import SimpleITK

    with _telling():
        reader = SimpleITK.ImageSeriesReader
        found = [(uid, reader.GetGDCMSeriesFileNames(folder, uid)) for uid in reader.GetGDCMSeriesIDs(folder)]
    made = [Series(blake2b(uid.encode(), digest_size=5).hexdigest(), tuple(files)) for uid, files in found]
    return sorted(made)


def facts_of(series: Series) -> tuple[str | None, float | None]:
    """Kernel, and distance of the first two slices in mm, from the headers; None where they do not say."""
    try:
        headers = [_header(path) for path in series.files[:2]]
        kernel = headers[0].GetMetaData(_KERNEL).strip() if headers[0].HasMetaDataKey(_KERNEL) else ""
        steps = _distances(headers)
    except VolumeError:
        return None, None
    return kernel or None, float(abs(steps[0])) if len(steps) else None


def read_series(series: Series, most_voxels: int) -> Voxels:
    """A series as one volume in HU.

    Raises `VolumeError`: `two_dimensional` for a single slice, `missing_slice`, `repeated_slice` (two at one place),
    `mixed_slices` (other sizes or directions), `tilted_gantry` (the box would be sheared), `several_frames` (a file of
    enhanced DICOM), `unreadable_volume`, `no_orientation`, and those of `sound_volume`.
    """
    import SimpleITK

    headers = [_header(path) for path in series.files]
    _demand_one_box(headers, most_voxels)
    headers = _in_order(headers)
    _demand_even(headers)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([header.GetFileName() for header in headers])
    with _telling():
        image = reader.Execute()
    return _as_voxels(image)


def read_image(path: str, most_voxels: int) -> Voxels:
    """A file that holds a whole volume; raises `VolumeError` `unreadable_volume` and those of `sound_volume`."""
    import SimpleITK

    header = _header(path)
    demand_shape(header.GetSize(), "", most_voxels)
    with _telling():
        image = SimpleITK.ReadImage(path)
    return _as_voxels(image)


def _header(path: str) -> Any:
    import SimpleITK

    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(path)
    with _telling():
        reader.ReadImageInformation()
    if reader.GetNumberOfComponents() > 1:
        raise VolumeError("colour_image", "voxels hold several numbers each, expected one")
    return reader


def _demand_one_box(headers: Sequence[Any], most_voxels: int) -> None:
    """Whether all slices have one size and one direction, and may be loaded."""
    import numpy as np

    if any(max(header.GetSize()[2:], default=1) > 1 for header in headers):
        raise VolumeError("several_frames", "a file of this series holds several slices; export one file a slice")
    sizes = {header.GetSize()[:2] for header in headers}
    directions = np.array([_numbers(header, _ORIENTATION, 6) for header in headers])
    if len(sizes) > 1 or np.abs(directions - directions[0]).max() > 1e-3:
        told = f"{len(headers)} slices of several sizes or directions in one series; remove the scouts"
        raise VolumeError("mixed_slices", told)
    demand_shape((*headers[0].GetSize()[:2], len(headers)), "", most_voxels)


def _in_order(headers: Sequence[Any]) -> list[Any]:
    """By place along the normal: GDCM orders by name where two slices lie at one place."""
    import numpy as np

    return [headers[place] for place in np.argsort(_positions(headers) @ _normal(headers[0]), kind="stable")]


def _demand_even(headers: Sequence[Any]) -> None:
    import numpy as np

    steps = _distances(headers)
    usual = float(np.median(steps))
    if not (np.abs(steps) > 1e-3).all():
        told = f"{len(headers)} slices, of which some lie at the same place; remove the copies, or part the phases"
        raise VolumeError("repeated_slice", told)
    uneven = np.flatnonzero(np.abs(steps - usual) > _UNEVEN * abs(usual))
    if len(uneven):
        raise VolumeError(
            "missing_slice",
            f"slices lie {abs(usual):g} mm apart, but {abs(steps[uneven[0]]):g} mm behind slice {uneven[0] + 1} "
            f"({len(uneven)} such gaps in {len(headers)} slices): a file is missing or damaged, export the series anew",
        )
    positions = _positions(headers)
    way = positions[-1] - positions[0]
    aside = np.linalg.norm(way - (way @ _normal(headers[0])) * _normal(headers[0]))
    if aside > _TILT * np.linalg.norm(way):
        raise VolumeError("tilted_gantry", "slices are shifted against each other; resample the series first")


def _positions(headers: Sequence[Any]) -> "np.ndarray":
    import numpy as np

    return np.array([_numbers(header, _POSITION, 3) for header in headers])


def _distances(headers: Sequence[Any]) -> "np.ndarray":
    """From each slice to the next along the normal of the first, in mm."""
    import numpy as np

    return np.diff(_positions(headers) @ _normal(headers[0]))


def _normal(header: Any) -> "np.ndarray":
    import numpy as np

    axes = _numbers(header, _ORIENTATION, 6)
    return np.cross(axes[:3], axes[3:])


def _numbers(header: Any, tag: str, count: int) -> list[float]:
    said = header.GetMetaData(tag) if header.HasMetaDataKey(tag) else ""
    try:
        numbers = [float(part) for part in said.split("\\")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise VolumeError("no_orientation", "slices do not say where they lie in the patient; export them anew")
    return numbers


def _as_voxels(image: Any) -> Voxels:
    import numpy as np
    import SimpleITK

    demand_shape(image.GetSize(), "", int(np.prod(image.GetSize(), dtype=np.int64)))
    values = np.transpose(SimpleITK.GetArrayFromImage(image).reshape(image.GetSize()[2::-1]))
    values = values.astype(_narrow(values), copy=False)
    affine = _affine(image.GetDirection(), image.GetSpacing(), image.GetOrigin())
    demand_affine(affine, "")
    demand_values(values, "")
    return Voxels(values, affine)


def _narrow(values: "np.ndarray") -> "np.dtype[Any]":
    """float32 for float64, and int16 for integers that fit: GDCM returns rescaled slices as int32."""
    import numpy as np

    if values.dtype.kind == "f":
        return np.dtype(np.float32)
    fits = values.dtype.itemsize > 2 and values.min() >= -(2**15) and values.max() < 2**15
    return np.dtype(np.int16) if fits else values.dtype


def _affine(direction: Sequence[float], spacing: Sequence[float], origin: Sequence[float]) -> "np.ndarray":
    """From index to RAS+ in mm, of an image that SimpleITK places in LPS+; its first three axes where it has more."""
    import numpy as np

    axes = np.reshape(direction, (len(origin), len(origin)))[:3, :3] * np.asarray(spacing[:3])
    lps = np.eye(4)
    lps[:3, :3], lps[:3, 3] = axes, origin[:3]
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps


@contextmanager
def _telling() -> Iterator[None]:
    """Failures as reasons; SimpleITK's messages hold paths, and with them perhaps names, so they are not passed on.

    GDCM leaves the process in the locale "C", in which Python would read every file as ASCII from then on.
    """
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()  # they hold paths, too
    before = setlocale(LC_ALL)
    try:
        yield
    except RuntimeError:
        raise VolumeError("unreadable_volume", "SimpleITK cannot read this file; export it anew") from None
    finally:
        setlocale(LC_ALL, before)
