"""Masks that are there already, whole and damaged."""

import json
from pathlib import Path

import numpy as np
import pytest

from annotators.segmenting.choose import segmenter
from annotators.segmenting.precomputed import Precomputed
from schemas.errors import MedmillError, UsageError
from schemas.voxels import VolumeError, Voxels
from tests.annotators.segmenting.conftest import save

AFFINE = np.array([[0.0, -2, 0, 5], [1.5, 0, 0, -7], [0, 0, 3, 2], [0, 0, 0, 1]])
VOLUME = Voxels(np.arange(120, dtype=np.int16).reshape(4, 5, 6), AFFINE)


def masks(folder: Path, values: np.ndarray, affine: np.ndarray = AFFINE) -> Precomputed:
    folder.mkdir(exist_ok=True)
    save(folder / "v.nii.gz", Voxels(values, affine))
    (folder / "labels.json").write_text(json.dumps({"1": "spleen", "2": "liver"}))
    return Precomputed(str(folder))


def test_a_file_of_labels(tmp_path: Path) -> None:
    values = (VOLUME.values % 3).astype(np.uint8)
    made = masks(tmp_path, values).segment(VOLUME, "v")
    assert np.array_equal(made.mask.values, values)
    assert [(label.value, label.name) for label in made.labels] == [(1, "spleen"), (2, "liver")]


@pytest.mark.parametrize("name", ["v", "seg_v"])
def test_a_folder_of_structures_that_overlap(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    wanted = {"heart": VOLUME.values > 80, "aorta": VOLUME.values > 110, "empty": VOLUME.values < 0}
    for structure, there in wanted.items():
        save(tmp_path / name / f"{structure}.nii.gz", Voxels(there.astype(np.uint8), AFFINE))
    made = Precomputed(str(tmp_path)).segment(VOLUME, "v")
    for structure, there in wanted.items():
        own = [label.value for label in made.labels if label.name == structure]
        assert own
        assert np.array_equal(np.isin(made.mask.values, own), there)


@pytest.mark.parametrize(
    ("values", "shift", "reason"),
    [
        (np.ones((4, 5, 7), np.uint8), 0.0, "mask_shape"),
        (np.ones((4, 5, 6), np.uint8), 0.5, "mask_affine"),
        (np.full((4, 5, 6), 9, np.uint8), 0.0, "mask_label"),
        (np.where(VOLUME.values == 7, np.nan, 1.0), 0.0, "mask_label"),
        (np.where(VOLUME.values == 7, 0.4, 1.0), 0.0, "mask_label"),
        (np.where(VOLUME.values == 7, -1, 1).astype(np.int16), 0.0, "mask_label"),
    ],
)
def test_a_mask_that_does_not_fit(values: np.ndarray, shift: float, reason: str, tmp_path: Path) -> None:
    with pytest.raises(VolumeError) as error:
        masks(tmp_path, values, AFFINE + shift * np.eye(4)[:, [3, 0, 1, 2]]).segment(VOLUME, "v")
    assert error.value.reason == reason


def test_affines_as_files_round_them_are_the_same(tmp_path: Path) -> None:
    values = np.ones((4, 5, 6), np.uint8)
    assert masks(tmp_path, values, AFFINE + 1e-4).segment(VOLUME, "v").mask.affine is AFFINE


def test_a_file_cut_short_and_none_at_all(tmp_path: Path) -> None:
    made = masks(tmp_path, np.random.default_rng(0).integers(0, 3, (4, 5, 6)).astype(np.uint8))
    whole = (tmp_path / "v.nii.gz").read_bytes()
    (tmp_path / "v.nii.gz").write_bytes(whole[: len(whole) // 2])
    for name, reason in (("v", "mask_unreadable"), ("w", "no_mask")):
        with pytest.raises(VolumeError) as error:
            made.segment(VOLUME, name)
        assert error.value.reason == reason


@pytest.mark.parametrize("name", ["w", "seg_w"])
def test_a_folder_of_the_volume_without_a_file_is_no_mask(name: str, tmp_path: Path) -> None:
    """It ended the whole build: no task was there to be merged."""
    made = masks(tmp_path, np.ones((4, 5, 6), np.uint8))
    (tmp_path / name).mkdir()
    with pytest.raises(VolumeError) as error:
        made.segment(VOLUME, "w")
    assert error.value.reason == "no_mask"


def test_settings_that_name_no_segmenter(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected one of totalsegmentator"):
        segmenter("sat")
    with pytest.raises(MedmillError, match="no masks here"):
        segmenter(f"precomputed:{tmp_path}").check()


@pytest.mark.heavy
def test_any_net_of_nnunet(home: Path, tmp_path: Path) -> None:
    """The folder of TotalSegmentator's model, as a net of one's own: tiles move by half their size here."""
    from annotators.segmenting.nnunet import NNUNet

    folder = next(home.glob("nnunet/results/Dataset297*/*"))
    volume = Voxels(np.random.default_rng(1).normal(0, 300, (40, 30, 20)).astype(np.int16), np.diag([2.0, 2, 5, 1]))
    chosen = segmenter(f"nnunet:{folder}", device="cpu")
    chosen.check()
    made = chosen.segment(volume, "v")
    assert isinstance(chosen, NNUNet)
    assert made.mask.values.shape == volume.values.shape
    assert np.isin(np.unique(made.mask.values), [0, *(label.value for label in made.labels)]).all()
    assert len(made.labels) == 117
    with pytest.raises(MedmillError, match="no nnU-Net here"):
        segmenter(f"nnunet:{tmp_path}").check()


def test_masks_of_volumes_whose_ids_hold_a_hash_are_found_by_the_study(tmp_path: Path) -> None:
    """Ids of `ct-folder` are the study and a hash of the path; nobody who has masks could name them so."""
    values = (VOLUME.values % 3).astype(np.uint8)
    made = masks(tmp_path, values).segment(VOLUME, "v/0011aabbcc")
    assert np.array_equal(made.mask.values, values)
    (tmp_path / "w--0011aabbcc.nii.gz").write_bytes((tmp_path / "v.nii.gz").read_bytes())
    (tmp_path / "x").mkdir()
    (tmp_path / "x/0011aabbcc.nii.gz").write_bytes((tmp_path / "v.nii.gz").read_bytes())
    for name in ("w/0011aabbcc", "x/0011aabbcc"):
        assert np.array_equal(Precomputed(str(tmp_path)).segment(VOLUME, name).mask.values, values)
    with pytest.raises(VolumeError, match=r"y/00\.nii\.gz or y--00\.nii\.gz or y\.nii\.gz"):
        Precomputed(str(tmp_path)).segment(VOLUME, "y/00")


def test_an_id_with_the_signs_of_a_pattern_is_a_name(tmp_path: Path) -> None:
    values = (VOLUME.values % 3).astype(np.uint8)
    masks(tmp_path, values)
    (tmp_path / "v.nii.gz").rename(tmp_path / "v[1].nii.gz")
    assert np.array_equal(Precomputed(str(tmp_path)).segment(VOLUME, "v[1]").mask.values, values)
    with pytest.raises(VolumeError):
        Precomputed(str(tmp_path)).segment(VOLUME, "*")


@pytest.mark.parametrize(
    ("order", "flips"), [((0, 1, 2), (1, -1, -1)), ((2, 0, 1), (-1, 1, 1)), ((1, 0, 2), (1, 1, 1))]
)
def test_a_mask_whose_axes_are_stored_in_another_order_is_turned(
    order: tuple[int, ...], flips: tuple[int, ...], tmp_path: Path
) -> None:
    """Masks that were made from a DICOM series by way of dcm2niix were rejected: it turns the rows."""
    from nibabel.orientations import apply_orientation, inv_ornt_aff

    way = np.array(list(zip(order, flips, strict=True)))
    values = (VOLUME.values % 3).astype(np.uint8)
    turned = apply_orientation(values, way)
    made = masks(tmp_path, turned, AFFINE @ inv_ornt_aff(way, values.shape)).segment(VOLUME, "v")
    assert np.array_equal(made.mask.values, values) and np.array_equal(made.mask.affine, AFFINE)


def test_label_maps_without_names_are_told_before_the_build_begins(tmp_path: Path) -> None:
    """Every partition failed instead, when the reports were read already."""
    made = masks(tmp_path, (VOLUME.values % 3).astype(np.uint8))
    (tmp_path / "labels.json").unlink()
    with pytest.raises(MedmillError, match=r"labels\.json: what do the voxel values mean"):
        Precomputed(made.folder).check()
