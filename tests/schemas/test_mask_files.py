"""Mask files: read whole, or told; damaged bytes are never other labels."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.mask_files import read_mask
from schemas.voxels import VolumeError

nib: Any = pytest.importorskip("nibabel", reason="needs the extra volumes")

LABELS = np.random.default_rng(0).integers(0, 118, (24, 20, 16)).astype(np.uint8)


def saved(folder: Path, kind: str = "Nifti1Image", name: str = "m.nii.gz") -> Path:
    nib.save(getattr(nib, kind)(LABELS, np.diag([2.0, 2.0, 3.0, 1.0])), folder / name)
    return folder / name


def test_no_flipped_bit_is_read_as_another_label(tmp_path: Path) -> None:
    """nibabel stops behind the last voxel, so the checksum was never compared: nearly all of these were read."""
    raw = saved(tmp_path).read_bytes()
    for place in [*range(20, len(raw), 101), len(raw) - 6]:
        damaged = bytearray(raw)
        damaged[place] ^= 1
        (tmp_path / "m.nii.gz").write_bytes(bytes(damaged))
        with pytest.raises(VolumeError) as told:
            read_mask(tmp_path / "m.nii.gz")
        assert told.value.reason == "mask_unreadable", place


@pytest.mark.parametrize("kind", ["Nifti1Image", "Nifti2Image"])
@pytest.mark.parametrize("name", ["m.nii.gz", "m.nii", "M.NII.GZ"])
def test_whole_files_of_both_formats_are_read(kind: str, name: str, tmp_path: Path) -> None:
    read = read_mask(saved(tmp_path, kind, name))
    assert np.array_equal(read.values, LABELS) and read.values.dtype == np.uint8
    assert np.array_equal(read.affine, np.diag([2.0, 2.0, 3.0, 1.0]))


@pytest.mark.parametrize("raw", [b"", b"\x1f\x8b", b"no mask", struct.pack("<i", 348) * 100])
@pytest.mark.parametrize("name", ["m.nii.gz", "m.nii"])
def test_what_is_no_mask_is_told(raw: bytes, name: str, tmp_path: Path) -> None:
    import gzip

    (tmp_path / name).write_bytes(raw)
    (tmp_path / f"packed.{name}").write_bytes(gzip.compress(raw))
    for file in (name, f"packed.{name}"):
        with pytest.raises(VolumeError) as told:
            read_mask(tmp_path / file)
        assert told.value.reason == "mask_unreadable", file


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for name in ("gone.nii.gz", "gone.nii"):
        with pytest.raises(VolumeError) as told:
            read_mask(tmp_path / name)
        assert told.value.reason == "missing_file"
