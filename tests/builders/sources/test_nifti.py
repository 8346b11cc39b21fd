"""NIfTI files of every kind that is none: each is told by its reason, none is loaded before its header is looked at."""

import gzip
import os

import nibabel as nib
import numpy as np
import pytest

from builders.sources.nifti import read_nifti
from builders.sources.place import Place
from schemas.voxels import VolumeError
from tests.builders.sources.reading import as_nobody

AFFINE = np.diag([-0.7, -0.7, 1.5, 1.0])
RAMP = np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4)


def saved(folder, values=RAMP, affine=AFFINE, name="a.nii.gz", kind=nib.Nifti1Image, **header):
    image = kind(values, affine)
    for key, value in header.items():
        image.header[key] = value
    nib.save(image, folder / name)
    return folder / name


def patched(path, offset, raw):
    """The same file with other bytes in its header, whatever nibabel thinks of them."""
    body = bytearray(gzip.decompress(path.read_bytes()))
    body[offset : offset + len(raw)] = raw
    path.write_bytes(gzip.compress(bytes(body)))
    return path


def read(path, most=10_000):
    return read_nifti(Place(str(path.parent)), path.name, most)


def reason(path, most=10_000):
    with pytest.raises(VolumeError) as caught:
        read(path, most)
    assert str(path.parent) not in caught.value.detail
    return caught.value.reason


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nii"])
@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.int32, ">i2", np.float32, np.float64])
def test_values_and_affine_are_those_of_the_file(tmp_path, name, kind, dtype):
    made = read(saved(tmp_path, RAMP.astype(dtype), name=name, kind=kind))
    assert np.array_equal(made.values, RAMP) and np.allclose(made.affine, AFFINE)
    assert made.values.dtype.isnative and made.values.dtype != np.float64


def test_scaling_of_the_header_is_part_of_what_is_stored(tmp_path):
    path = saved(tmp_path, RAMP, name="a.nii.gz")
    patched(path, 112, np.array([2.0, -1024.0], "<f4").tobytes())
    made = read(path)
    assert np.allclose(made.values, RAMP * 2.0 - 1024) and made.values.dtype == np.float32


def test_a_last_axis_of_length_1_is_dropped(tmp_path):
    assert read(saved(tmp_path, RAMP[..., None])).values.shape == (6, 5, 4)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (RAMP[:, :, 0], "two_dimensional"),
        (RAMP[:, :, :1], "two_dimensional"),
        (np.stack([RAMP, RAMP], -1), "four_dimensional"),
        (np.where(RAMP == 7, np.nan, RAMP).astype(np.float32), "not_finite"),
        (np.where(RAMP == 7, np.inf, RAMP).astype(np.float32), "not_finite"),
        (np.full((6, 5, 4), -1024, np.int16), "constant_volume"),
        (np.zeros((6, 5, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")]), "colour_image"),
        (RAMP.astype(np.complex64), "colour_image"),
    ],
)
def test_what_is_no_volume_of_numbers(tmp_path, values, told):
    assert reason(saved(tmp_path, values)) == told


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["a.nii.gz", "a.nii"])
def test_a_file_that_is_cut_off(tmp_path, share, name):
    noise = np.random.default_rng(0).integers(-1000, 1000, (20, 20, 20)).astype(np.int16)
    path = saved(tmp_path, noise, name=name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert reason(path) == "truncated_volume"


def test_no_flipped_bit_is_read_as_another_voxel(tmp_path):
    """nibabel stops behind the last voxel, so the checksum was never compared."""
    path = saved(tmp_path, np.random.default_rng(0).integers(-1000, 1000, (20, 20, 20)).astype(np.int16))
    raw = path.read_bytes()
    for place in [*range(len(raw) // 2, len(raw), 97), len(raw) - 6]:
        damaged = bytearray(raw)
        damaged[place] ^= 1
        path.write_bytes(bytes(damaged))
        assert reason(path) == "truncated_volume", place


@pytest.mark.parametrize(
    ("raw", "told"),
    [(b"", "not_nifti"), (b"no volume at all" * 40, "not_nifti"),
     (gzip.compress(b"no volume" * 99, mtime=0), "not_nifti"), (b"\x1f\x8b", "truncated_volume")],
)  # fmt: skip
def test_what_is_no_nifti(tmp_path, raw, told):
    path = tmp_path / "a.nii.gz"
    path.write_bytes(raw)
    assert reason(path) == told


def test_a_file_that_is_not_there_and_a_folder_in_its_place(tmp_path):
    assert reason(tmp_path / "gone.nii.gz") == "missing_file"
    (tmp_path / "folder.nii.gz").mkdir()
    assert reason(tmp_path / "folder.nii.gz") == "missing_file"


def test_a_file_without_permission(tmp_path):
    path = saved(tmp_path)
    path.chmod(0)
    os.chmod(tmp_path, 0o755)  # noqa: PTH101
    with as_nobody():
        assert reason(path) in ("unreadable_volume", "missing_file")


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("size", [0.0, float("nan"), -1.0])
def test_zero_spacing_in_the_header_is_not_mended_in_silence(tmp_path, axis, size):
    path = patched(saved(tmp_path), 80 + 4 * axis, np.array([size], "<f4").tobytes())
    assert reason(path) == "zero_spacing"


def test_an_affine_without_volume(tmp_path):
    flat = AFFINE.copy()
    flat[:, 2] = [0, 0, 0, 0]
    assert reason(patched(saved(tmp_path), 280, flat[:3].astype("<f4").tobytes())) == "zero_spacing"
    flat[:, 2] = flat[:, 1]
    assert reason(patched(saved(tmp_path), 280, flat[:3].astype("<f4").tobytes())) == "singular_affine"


def test_a_header_that_says_no_side(tmp_path):
    assert reason(patched(saved(tmp_path), 252, np.zeros(2, "<i2").tobytes())) == "no_orientation"


def test_more_voxels_than_allowed_are_refused_before_they_are_read(tmp_path):
    path = saved(tmp_path)
    assert reason(path, most=100) == "too_many_voxels"
    patched(path, 40, np.array([3, 32767, 32767, 32767], "<i2").tobytes())
    assert reason(path, most=600_000_000) == "too_many_voxels"


def test_a_volume_on_another_file_system(tmp_path):
    import fsspec

    path = saved(tmp_path)
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/copy/a.nii.gz", path.read_bytes())
    assert np.array_equal(read_nifti(Place("memory://copy"), "a.nii.gz").values, RAMP)
