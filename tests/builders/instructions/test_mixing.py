"""How many instances of each task a mixture has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.instructions.mixing import Rule, drawn
from builders.instructions.proportions import caps_of, weights_of
from schemas.errors import UsageError


def test_without_a_target_all_that_there_is_goes_in():
    assert drawn([10, 500, 3], [1, 1, 1], [0, 0, 0], Rule()).tolist() == [10, 500, 3]


def test_a_cap_holds_for_each_task_and_its_own_before_that_of_all():
    assert drawn([10, 500, 300], [1, 1, 1], [0, 0, 200], Rule(cap=100)).tolist() == [10, 100, 200]


def test_weights_without_a_target_leave_no_task_short_of_its_part():
    assert drawn([100, 100], [1, 4], [0, 0], Rule()).tolist() == [25, 100]


def test_a_temperature_brings_parts_together():
    plain = drawn([10_000, 100], [1, 1], [0, 0], Rule(target=202))
    warm = drawn([10_000, 100], [1, 1], [0, 0], Rule(target=202, temperature=2))
    assert plain.tolist() == [200, 2]
    assert warm.tolist() == pytest.approx([202 * 100 / 110, 202 * 10 / 110], abs=1)


def test_what_a_small_task_cannot_give_the_others_give():
    assert drawn([1000, 1000, 10], [1, 1, 100], [0, 0, 0], Rule(target=510)).tolist() == [250, 250, 10]


def test_repetitions_let_a_small_task_give_more():
    assert drawn([1000, 10], [1, 100], [0, 0], Rule(target=100, repeats=4)).tolist() == [60, 40]


def test_a_target_of_tokens_is_met_by_their_mean():
    counts = drawn([1000, 1000], [1, 1], [0, 0], Rule(target=30_000), sizes=[100.0, 200.0])
    assert counts.tolist() == [100, 100]


def test_a_weight_of_nothing_leaves_a_task_out():
    assert drawn([50, 50], [0, 1], [0, 0], Rule(target=100)).tolist() == [0, 50]


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20),
    st.data(),
    st.integers(0, 10**6),
    st.floats(0.2, 10),
    st.integers(0, 1000),
    st.integers(1, 3),
)
def test_no_task_gives_more_than_it_has_and_the_target_is_met_where_it_can_be(
    available: list[int], data: st.DataObject, target: int, temperature: float, cap: int, repeats: int
):
    weights = data.draw(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0]), min_size=len(available), max_size=len(available))
    )
    rule = Rule(target, temperature, cap, repeats)
    counts = drawn(available, weights, [0] * len(available), rule)
    most = np.minimum(available, cap or max(available)) * repeats
    assert (counts >= 0).all() and (counts <= most).all()
    assert (counts[np.array(weights) == 0] == 0).all()
    if target:
        assert counts.sum() == min(target, most[np.array(weights) > 0].sum())


@pytest.mark.parametrize("told", [["en=1", "en=2"], ["45=3", " 45=3"]])
def test_a_weight_or_a_cap_that_stands_there_twice_is_an_error(told):
    """The last of two weights counted, and the first was forgotten in silence."""
    for of in (weights_of, caps_of):
        with pytest.raises(UsageError, match="stands there twice"):
            of(told, [])
