"""Breast and thyroid are parted by the middle of the patient, whatever the axes of the file."""

import numpy as np
import pytest

from annotators.segmenting.segmenter import Label, Ran, Segmented
from annotators.segmenting.sides import sided
from schemas.structures import obtained
from schemas.voxels import Voxels
from tests.builders.stages.ct_bodies import turned

SPINE, THYROID, BREAST = 1, 2, 3
LABELS = (
    Label(SPINE, "vertebrae_T5", "total"),
    Label(THYROID, "thyroid_gland", "total"),
    Label(BREAST, "breast", "breasts"),
)


def body() -> np.ndarray:
    """RAS: the spine a little right of the grid's middle, six voxels of thyroid right of it, three left."""
    values = np.zeros((20, 12, 10), np.uint8)
    values[11:13, 2, :] = SPINE
    values[13:16, 8, 7:9] = THYROID
    values[8:11, 8, 7] = THYROID
    values[15:19, 10, 3] = BREAST
    values[2:4, 10, 3] = BREAST
    return values


def parted(values: np.ndarray, affine: np.ndarray, labels: tuple[Label, ...] = LABELS) -> dict[str, tuple[int, str]]:
    """Voxels and origin by structure, as a build measures them."""
    made = sided(Segmented(Voxels(values, affine), labels, Ran()))
    found = obtained([(label.value, label.name, label.task) for label in made.labels])
    return {
        one.structure.known_as: (int(np.isin(made.mask.values, list(one.values)).sum()), one.origin) for one in found
    }


SIDES = {
    "left thyroid": (3, "split"), "right thyroid": (6, "split"), "thyroid gland": (9, "direct"),
    "left breast": (2, "split"), "right breast": (4, "split"), "breast": (6, "direct"),
}  # fmt: skip


@pytest.mark.parametrize("way", ["RAS", "LPS", "LAS", "oblique"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_sides_are_those_of_the_patient(way: str, order: str) -> None:
    values, affine = turned(body(), way)
    found = parted(np.array(values, order=order), affine)  # pyright: ignore[reportCallIssue, reportArgumentType]
    assert {name: found[name] for name in SIDES} == SIDES


def test_nothing_is_parted_without_a_middle() -> None:
    values, affine = turned(np.where(body() == SPINE, 0, body()).astype(np.uint8), "RAS")
    found = parted(values, affine, LABELS)
    assert "left thyroid" not in found and found["thyroid gland"] == (9, "direct")


def test_sides_that_somebody_drew_are_kept() -> None:
    values, affine = turned(body(), "RAS")
    drawn = (Label(4, "left breast", "precomputed"), Label(5, "right breast", "precomputed"))
    values[2:4, 10, 3], values[15:18, 10, 3], values[18, 10, 3] = 4, 5, 5
    found = parted(values, affine, (LABELS[0], Label(3, "breast", "precomputed"), *drawn))
    assert (found["left breast"], found["right breast"]) == ((2, "direct"), (4, "direct"))


def test_a_label_map_of_255_labels_has_room_for_more() -> None:
    values, affine = turned(body(), "RAS")
    labels = (*LABELS, Label(255, "rib_left_1", "total"))
    values[0, 0, 0] = 255
    made = sided(Segmented(Voxels(values, affine), labels, Ran()))
    assert made.mask.values.dtype == np.uint16 and made.mask.values.max() == 257
    assert (made.mask.values == 255).sum() == 1


def test_a_voxel_that_two_tasks_claim_keeps_both_names_on_its_side() -> None:
    values, affine = turned(body(), "RAS")
    values[15, 8, 8] = 7
    both = (Label(7, "thyroid_gland", "total"), Label(7, "common_carotid_artery_right", "total"))
    found = parted(values, affine, (*LABELS, *both))
    assert found["right thyroid"] == (6, "split") and found["right common carotid artery"] == (1, "direct")
