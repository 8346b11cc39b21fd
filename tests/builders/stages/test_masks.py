"""Rows of masks: figures in the patient's millimetres, unions, borders, and masks that do not fit."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from builders.stages.masks import Masks
from schemas.structures import structures
from schemas.volumes import Mask
from schemas.voxels import Voxels

SAMPLES = Path(__file__).parents[4] / "shared/data/totalsegmentator_ct"
AFFINE = np.array([[-2.0, 0, 0, 10], [0, -1.0, 0, 20], [0, 0, 4.0, -30], [0, 0, 0, 1]])
"""LPS: voxels of 2 x 1 x 4 mm."""


@dataclass(frozen=True)
class Held:
    """A source of one volume."""

    volume: Voxels

    def voxels(self, path: str) -> Voxels:
        return self.volume


def rows(
    volume: Voxels, mask: Voxels, labels: list[tuple[int, str, str]], folder: Path, **settings: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    import nibabel

    nibabel.save(nibabel.Nifti1Image(mask.values, mask.affine), folder / "mask.nii.gz")  # pyright: ignore
    told = [dict(zip(("value", "name", "task"), label, strict=True)) for label in labels]
    opened = pl.DataFrame(
        {"id": "v1", "study": "s1", "split": "train", "path": "v1.nii.gz", "slope": 2.0, "intercept": -10.0}
    )
    made = pl.DataFrame({"id": ["v1"], "labels": [told], "path": ["mask.nii.gz"]})
    kept = Masks(Held(volume), **settings)(opened, made, root=folder)  # pyright: ignore[reportArgumentType]
    return kept.frame, kept.rejected


def lobes() -> tuple[Voxels, Voxels]:
    values = np.full((10, 12, 8), 100, np.int16)
    mask = np.zeros((10, 12, 8), np.uint8)
    mask[1:4, 2:5, 0:4] = 10  # upper lobe, reaches the first slice
    mask[1:4, 2:5, 5:7] = 11
    mask[6:8, 2:5, 2:4] = 1
    return Voxels(values, AFFINE), Voxels(mask, AFFINE)


LOBES = [
    (10, "lung_upper_lobe_left", "total"),
    (11, "lung_lower_lobe_left", "total"),
    (1, "spleen", "total"),
    (2, "liver", "total"),
]


def test_figures_are_those_of_the_patient(tmp_path: Path) -> None:
    frame, rejected = rows(*lobes(), LOBES, tmp_path)
    assert rejected.is_empty() and Mask.is_valid(frame, cast=True)
    spleen = frame.row(by_predicate=pl.col("structure") == "spleen", named=True)
    assert (spleen["id"], spleen["voxels"], spleen["box"]) == ("v1/spleen", 12, [6, 2, 2, 8, 5, 4])
    assert spleen["volume_ml"] == pytest.approx(12 * 8 / 1000)
    assert spleen["centroid"] == pytest.approx([10 - 2 * 6.5, 20 - 3, -30 + 4 * 2.5])
    assert (spleen["hu_mean"], spleen["hu_deviation"], spleen["borders"]) == (190, 0, [])


def test_a_union_is_made_of_its_labels_and_says_so(tmp_path: Path) -> None:
    frame, _ = rows(*lobes(), LOBES, tmp_path)
    lung = frame.row(by_predicate=pl.col("structure") == "left lung", named=True)
    assert (lung["origin"], lung["labels"], lung["voxels"]) == ("union", [10, 11], 36 + 18)
    assert lung["box"] == [1, 2, 0, 4, 5, 7] and lung["borders"] == ["k_low"]
    assert "lungs" not in frame["structure"].to_list()  # the right lung is no label here


def test_a_structure_without_voxels_has_a_row(tmp_path: Path) -> None:
    frame, _ = rows(*lobes(), LOBES, tmp_path)
    liver = frame.row(by_predicate=pl.col("structure") == "liver", named=True)
    assert (liver["voxels"], liver["volume_ml"], liver["box"], liver["centroid"], liver["hu_mean"]) == (
        0,
        0,
        None,
        None,
        None,
    )


def test_a_voxel_that_two_tasks_claim_counts_for_both(tmp_path: Path) -> None:
    volume, mask = lobes()
    mask.values[2, 3, 1] = 200
    both = [
        (200, "lung_upper_lobe_left", "total"),
        (199, "lung_nodules", "lung_nodules"),
        (200, "lung_nodules", "lung_nodules"),
    ]
    frame, _ = rows(volume, mask, [*LOBES, *both], tmp_path)
    counts = dict(frame.select("structure", "voxels").iter_rows())
    assert (counts["left upper lobe"], counts["lung nodule"]) == (36, 1)
    overlaps = dict(frame.select("structure", "overlaps").iter_rows())
    assert overlaps["lung nodule"] == [{"structure": "left upper lobe", "voxels": 1}]
    assert overlaps["left upper lobe"] == [{"structure": "lung nodule", "voxels": 1}]
    assert overlaps["left lower lobe"] == [] and overlaps["left lung"] == [], "a union shares what its parts share"


def test_hand_made_masks_are_known_by_their_published_names(tmp_path: Path) -> None:
    names = [
        (10, "left lung upper lobe", "precomputed"),
        (11, "lung_lower_lobe_left", "precomputed"),
        (1, "Spleen", "precomputed"),
    ]
    frame, _ = rows(*lobes(), names, tmp_path)
    assert set(frame.filter(pl.col("voxels") > 0)["structure"]) >= {
        "left upper lobe",
        "left lower lobe",
        "left lung",
        "spleen",
    }


@pytest.mark.parametrize(
    ("reason", "mask"),
    [
        ("mask_shape", Voxels(np.zeros((8, 12, 10), np.uint8), AFFINE)),
        ("mask_affine", Voxels(np.zeros((10, 12, 8), np.uint8), AFFINE + np.diag([0, 0, 0.1, 0]))),
        ("mask_label", Voxels(np.full((10, 12, 8), 77, np.uint8), AFFINE)),
    ],
)
def test_a_mask_that_does_not_fit_is_rejected(reason: str, mask: Voxels, tmp_path: Path) -> None:
    frame, rejected = rows(lobes()[0], mask, LOBES, tmp_path)
    assert frame.is_empty() and rejected["reason"].to_list() == [reason]


def test_a_mask_file_that_is_cut_off_is_rejected(tmp_path: Path) -> None:
    frame, _ = rows(*lobes(), LOBES, tmp_path)
    whole = (tmp_path / "mask.nii.gz").read_bytes()
    (tmp_path / "mask.nii.gz").write_bytes(whole[: len(whole) // 2])
    opened = pl.DataFrame({"id": "v1", "study": "s1", "split": "train", "path": "v1", "slope": 1.0, "intercept": 0.0})
    told = [{"value": 1, "name": "spleen", "task": "total"}]
    made = pl.DataFrame({"id": ["v1"], "labels": [told], "path": ["mask.nii.gz"]})
    kept = Masks(Held(lobes()[0]))(opened, made, root=tmp_path)  # pyright: ignore[reportArgumentType]
    assert kept.rejected["reason"].to_list() == ["mask_unreadable"] and not frame.is_empty()


@pytest.mark.real
def test_volumes_and_intensities_are_those_that_totalsegmentator_reports() -> None:
    import nibabel

    volume: Any = nibabel.load(SAMPLES / "example_ct_sm.nii.gz")  # pyright: ignore[reportPrivateImportUsage]
    names = {
        s.of[0].removeprefix("total:"): s.known_as
        for s in structures().values()
        if len(s.of) == 1 and s.of[0].startswith("total:")
    }
    expected = json.loads((SAMPLES / "example_seg_fast/statistics.json").read_text())
    folder = SAMPLES / "example_seg_fast"
    seen = 0
    for name, structure in names.items():
        mask: Any = nibabel.load(folder / f"{name}.nii.gz") if (folder / f"{name}.nii.gz").exists() else None  # pyright: ignore
        if mask is None or name not in expected:
            continue
        opened = pl.DataFrame({"id": "v", "study": "s", "split": "train", "path": "v", "slope": 1.0, "intercept": 0.0})
        made = pl.DataFrame(
            {"id": ["v"], "labels": [[{"value": 1, "name": name, "task": "total"}]], "path": [f"{name}.nii.gz"]}
        )
        held = Held(Voxels(np.asanyarray(volume.dataobj), volume.affine))
        frame = Masks(held)(opened, made, root=folder).frame  # pyright: ignore[reportArgumentType]
        row = frame.row(by_predicate=pl.col("structure") == structure, named=True)
        assert row["volume_ml"] * 1000 == pytest.approx(expected[name]["volume"], abs=1), name
        if row["voxels"]:
            seen += 1
            assert row["hu_mean"] == pytest.approx(expected[name]["intensity"], abs=0.01), name
    assert seen >= 35
