"""The one pass over mask and volume, against numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.masks.components import components
from annotators.masks.statistics import Figures, figures
from schemas.voxels import VolumeError

LABELS = 5
KINDS = [("u1", "i2"), ("u2", "f4"), ("i2", "i4"), ("i4", "f8"), ("i8", "i2")]
"""Types of mask and volume: every one once, since the pass is compiled anew for each pair."""


@st.composite
def pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A label map and a volume of one shape, in any order of the axes in memory, cut out of larger arrays or not."""
    shape = draw(st.tuples(*[st.integers(1, 7)] * 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    of_mask, of_volume = draw(st.sampled_from(KINDS))
    mask = rng.integers(0, LABELS, shape).astype(of_mask)
    volume = rng.integers(-1024, 3071, shape).astype(of_volume)
    mask, volume = (np.asarray(one, order=draw(st.sampled_from("CF"))) for one in (mask, volume))
    if draw(st.booleans()):
        mask, volume = mask[::-1, :, ::2], volume[::-1, :, ::2]
    return mask, volume


def said(found: Figures, row: int) -> tuple[object, ...]:
    return (
        found.count[row],
        *found.places[row],
        *found.low[row],
        *found.high[row],
        found.sum[row],
        found.squares[row],
    )


def counted(there: np.ndarray, volume: np.ndarray) -> tuple[object, ...]:
    """The same by numpy."""
    places = np.argwhere(there)
    if not len(places):
        return (0,) * 10 + (0.0, 0.0)
    values = volume[there].astype(np.float64)
    box = (*places.min(0), *(places.max(0) + 1))
    return (len(places), *places.sum(0), *box, values.sum(), (values**2).sum())


@given(pairs())
def test_every_label_has_the_figures_that_numpy_gives(pair: tuple[np.ndarray, np.ndarray]) -> None:
    mask, volume = pair
    found = figures(mask, volume, LABELS)
    assert [said(found, label) for label in range(1, LABELS)] == [
        counted(mask == label, volume) for label in range(1, LABELS)
    ]


@given(pairs(), st.lists(st.integers(1, LABELS - 1), min_size=1, max_size=4, unique=True))
def test_a_union_has_the_figures_of_its_voxels(pair: tuple[np.ndarray, np.ndarray], values: list[int]) -> None:
    mask, volume = pair
    union = figures(mask, volume, LABELS).of(values)
    assert said(union, 0) == counted(np.isin(mask, values), volume)


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(VolumeError) as caught:
        figures(np.zeros((3, 4, 5), np.uint8), np.zeros((5, 4, 3), np.int16), 2)
    assert caught.value.reason == "mask_shape"


@pytest.mark.parametrize("value", [2, -1])
def test_a_value_that_no_label_has_is_refused(value: int) -> None:
    mask = np.zeros((3, 3, 3), np.int16)
    mask[1, 1, 1] = value
    with pytest.raises(VolumeError) as caught:
        figures(mask, mask, 2)
    assert caught.value.reason == "mask_label"


def test_pieces_meet_at_corners_and_the_largest_is_told() -> None:
    mask = np.zeros((6, 6, 6), np.uint8)
    mask[0, 0, 0] = mask[1, 1, 1] = 1  # one piece by their corner
    mask[4:6, 4:6, 4:6] = 2
    assert components(mask, [1]) == (1, 1.0)
    assert components(mask, [1, 2]) == (2, 0.8)
