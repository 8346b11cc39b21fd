"""Label maps and sums of scores, bit by bit as numpy, torch and nnU-Net make them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from annotators.segmenting.half import infinite, weigh_and_add
from annotators.segmenting.logits import first_largest

ANY = arrays(np.uint16, st.tuples(st.integers(1, 5), *[st.integers(1, 4)] * 3))


@given(ANY)
@settings(max_examples=300)
def test_the_first_largest_is_that_of_numpy_for_all_bits(bits: np.ndarray) -> None:
    """Zeros of both signs, infinities and NaN among them."""
    scores = bits.view(np.float16)
    assert np.array_equal(first_largest(scores, lambda part: part), scores.argmax(0))


@given(arrays(np.float16, (6, 8), elements=st.sampled_from([-2.0, -0.0, 0.0, 1.0])))
def test_ties_go_to_the_first(scores: np.ndarray) -> None:
    scores = scores[:, :, None, None]
    assert np.array_equal(first_largest(scores, lambda part: part), scores.argmax(0))


def test_more_than_255_labels() -> None:
    scores = np.zeros((300, 2, 2, 2), np.float16)
    scores[299] = 1
    assert np.array_equal(first_largest(scores, lambda part: part), scores.argmax(0))


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("spacing", [(3.0, 3.0, 3.0), (9.0, 2.0, 2.0)])
def test_resampled_scores_give_the_labels_of_nnunet(seed: int, spacing: tuple[float, float, float]) -> None:
    """Most channels are below background in most places, with many ties; the second spacing is resampled by slices."""
    from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape

    chance = np.random.default_rng(seed)
    old, new = chance.integers(3, 9, 3), tuple(int(size) for size in chance.integers(3, 17, 3))
    scores = (chance.integers(-6, 3, (20, *old)) / 2 - (chance.random((20, 1, 1, 1)) < 0.5) * 3).astype(np.float16)
    scores[0] = chance.integers(-1, 2, old) / 2

    def resample(part: np.ndarray) -> np.ndarray:
        made = resample_data_or_seg_to_shape(
            part, new, spacing, (1.5, 1.5, 1.5), order=1, order_z=0, force_separate_z=None
        )
        return np.asarray(made)

    wanted = resample(scores).argmax(0)
    assert np.array_equal(first_largest(scores, resample), wanted)


@pytest.mark.heavy
@given(arrays(np.uint16, (2, 3, 3, 3)), arrays(np.float32, (2, 2, 2, 2), elements=st.floats(width=32)))
@settings(max_examples=200)
def test_sums_are_those_of_torch(bits: np.ndarray, scores: np.ndarray) -> None:
    import torch

    weight = torch.linspace(1e-4, 10, 8).half().reshape(2, 2, 2)
    total = torch.from_numpy(bits.view(np.float16).copy())
    total[:, 1:, :2, 1:] += torch.from_numpy(scores) * weight
    ours = bits.copy()
    weigh_and_add(ours, scores, weight.float().numpy(), 1, 0, 1)
    assert np.array_equal(ours.view(np.float16), total.numpy(), equal_nan=True)
    assert infinite(ours.reshape(-1)) == bool(torch.isinf(total).any())


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(6))
def test_labels_are_brought_back_to_the_voxels_that_scipy_takes(seed: int) -> None:
    import nibabel
    from scipy import ndimage

    from annotators.segmenting.steps import Job, _at_shape

    chance = np.random.default_rng(seed)
    values = chance.integers(0, 200, chance.integers(2, 30, 3)).astype(np.uint8)
    shape = tuple(int(size) for size in chance.integers(2, 70, 3))
    found = nibabel.Nifti1Image(values, np.eye(4))  # pyright: ignore[reportPrivateImportUsage]
    wanted = ndimage.zoom(values.astype(np.float64), np.array(shape) / values.shape, mode="nearest", order=0)
    assert np.array_equal(_at_shape(found, shape, Job("total", (), (3.0, 3.0, 3.0), "cpu")), wanted)
