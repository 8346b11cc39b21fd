"""HU or not: right or rejected in every way a file may store a chest, on made bodies and on a real one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.sources.nifti import read_nifti
from builders.sources.place import Place
from builders.stages.geometry import geometry
from builders.stages.hu_scale import decide_scale, hounsfield
from builders.stages.stored_values import stored_values
from schemas.voxels import VolumeError, Voxels
from tests.builders.stages.ct_bodies import WAYS, chest, stored

SCALED = {True: "as_stored", False: "rescaled"}
CELLS = list(itertools.product((True, False), (-1024, -8192), (None, -2000, -3024, 0), (True, False)))
"""Scaled or not, intercept of the metadata, padding, and whether that is filled in before the intercept comes off."""
BODIES = {"soft kernel": chest(20.0), "lung kernel": chest(90.0), "no noise": chest(0.0)}


def outcome(hu, scaled, intercept, padding, in_hu, way):
    """`right`, `wrong` or `rejected`, and the decision."""
    file = stored(hu, scaled=scaled, intercept=intercept, padding=padding, in_hu=in_hu, way=way)
    try:
        scale = decide_scale(file.values, file.slope, file.intercept)
    except VolumeError as error:
        return error.reason, None
    return "right" if scale.name == SCALED[scaled] else "wrong", scale


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("scaled", "intercept", "padding", "in_hu"), CELLS)
def test_every_cell_of_made_bodies_is_decided_rightly(scaled, intercept, padding, in_hu, way):
    told = {name: outcome(hu, scaled, intercept, padding, in_hu, way)[0] for name, hu in BODIES.items()}
    assert told == dict.fromkeys(BODIES, "right")


@pytest.fixture(scope="module", params=["example_ct", "example_ct_sm"])
def real_ct(request, samples):
    folder = Place(str(samples / "totalsegmentator_ct"))
    return read_nifti(folder, f"{request.param}.nii.gz").values.astype(np.float64)


@pytest.mark.real
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("scaled", "intercept", "padding", "in_hu"), CELLS)
def test_every_cell_of_a_real_ct_is_decided_rightly(real_ct, scaled, intercept, padding, in_hu, way):
    assert outcome(real_ct, scaled, intercept, padding, in_hu, way)[0] == "right"


@pytest.mark.real
def test_no_cut_of_a_real_ct_is_decided_wrongly(real_ct):
    draw = np.random.default_rng(5)
    told = []
    for _ in range(300):
        first = [int(draw.integers(0, size - 12)) for size in real_ct.shape]
        stop = [int(draw.integers(start + 12, size + 1)) for start, size in zip(first, real_ct.shape, strict=True)]
        cut = real_ct[tuple(itertools.starmap(slice, zip(first, stop, strict=True)))]
        noisy = cut + draw.normal(0, draw.choice([0, 20, 80]), cut.shape)
        scaled, intercept = bool(draw.integers(2)), int(draw.choice([-1024, -8192, -1000]))
        values = np.rint(noisy if scaled else noisy - intercept).astype(np.int32)
        thirds = [slice(size // 3, 2 * size // 3) for size in cut.shape]
        values[tuple(thirds)] = draw.choice([-2000, 0, -1024, -900, 1000, 1024, 24])
        try:
            told.append(decide_scale(values, 1.0, intercept).name == SCALED[scaled])
        except VolumeError:
            continue
    assert all(told) and len(told) > 120


def test_padding_and_peaks_are_told(made=BODIES["soft kernel"]):
    scale = outcome(made, False, -8192, -2000, False, "LPS")[1]
    assert scale.padding == -2000 and (scale.slope, scale.intercept) == (1, -8192)
    assert abs(scale.lung_peak + 995) < 30 and abs(scale.soft_peak - 45) < 15
    assert outcome(made, True, -1024, -8192, False, "RAS")[1].padding == -8192


def test_air_of_one_value_is_no_padding():
    assert outcome(BODIES["no noise"], True, -1024, None, False, "RAS")[1].padding is None


@pytest.mark.parametrize(("slope", "intercept"), [(None, None), (1.0, 0.0), (0.0, -1024.0), (float("nan"), -1024.0)])
def test_without_a_usable_slope_and_intercept_only_hu_are_taken(slope, intercept):
    hu = np.rint(BODIES["soft kernel"]).astype(np.int16)
    assert decide_scale(hu, slope, intercept).name == "as_stored"
    with pytest.raises(VolumeError, match="scale_undecided"):
        decide_scale(hu + 1024, slope, intercept)


def test_a_body_without_lung_or_air_is_not_decided():
    muscle = np.random.default_rng(0).normal(45, 20, (20, 20, 20)).astype(np.int16)
    with pytest.raises(VolumeError, match="scale_undecided"):
        decide_scale(muscle, 1.0, -1024.0)


def test_where_both_scales_fit_nothing_is_decided():
    with pytest.raises(VolumeError, match="scale_undecided"):
        decide_scale(np.rint(BODIES["soft kernel"]).astype(np.int16), 1.0, -5.0)


def test_a_slope_other_than_1_is_tried():
    halves = np.rint((BODIES["soft kernel"] + 1024) / 2).astype(np.int16)
    scale = decide_scale(halves, 2.0, -1024.0)
    assert scale.name == "rescaled" and abs(scale.soft_peak - 45) < 15


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float32])
def test_types_of_voxels_do_not_matter(kind):
    values = np.rint(BODIES["lung kernel"]).astype(kind)
    assert decide_scale(values, 1.0, -1024.0) == decide_scale(values.astype(np.int16), 1.0, -1024.0)


def test_values_beyond_all_ct_do_not_stop_the_count():
    values = BODIES["soft kernel"].astype(np.float32)
    values[5, 5, 5], values[6, 6, 6] = 1e30, -1e30
    assert decide_scale(values, 1.0, -1024.0).name == "as_stored"


@given(st.integers(0, 2**32 - 1), st.sampled_from([np.int16, np.uint16, np.int32, np.float32]))
@settings(max_examples=20)
def test_every_voxel_is_counted_once(seed, kind):
    values = np.random.default_rng(seed).integers(0, 4000, (7, 9, 11)).astype(kind)
    counted = stored_values(values)
    assert counted.counts.sum() == values.size
    assert np.array_equal(counted.counts, np.bincount(values.ravel().astype(int) - counted.low))


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.int32, np.float32])
@pytest.mark.parametrize(("slope", "intercept"), [(1, 0), (1, -1024), (1, -8192), (2, -1024), (0.5, -1024.5)])
def test_hounsfield_is_the_same_in_every_type(kind, slope, intercept):
    values = np.array([0, 1, 1024, 24000, 32767]).astype(kind).reshape(1, 1, 5)
    made = hounsfield(Voxels(values, np.eye(4)), slope, intercept)
    assert np.allclose(made.values, values.astype(np.float64) * slope + intercept)
    if (slope, intercept) == (1, 0):
        assert made.values is values


def test_16_bits_stay_16_bits():
    values = np.array([[[0, 40000]]], np.uint16)
    assert hounsfield(Voxels(values, np.eye(4)), 1, -8192).values.tolist() == [[[-8192, 31808]]]
    assert hounsfield(Voxels(values, np.eye(4)), 1, -8192).values.dtype == np.int16


@pytest.mark.parametrize("way", WAYS)
def test_geometry_of_every_orientation(way):
    file = stored(BODIES["no noise"], scaled=True, intercept=-1024, padding=None, in_hu=True, way=way)
    seen = geometry(file.affine)
    assert seen.orientation == (way if way in ("LPS", "LAS") else "RAS")
    assert np.allclose(seen.spacing, (4, 4, 8))
    assert (20 < seen.oblique < 30) if way == "oblique" else seen.oblique < 1e-4
