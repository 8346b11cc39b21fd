"""Kappa, alpha and the Wilson interval, held to the libraries and to published values."""

import math
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc.review.agreement import alpha, kappa, kappas, wilson

DECISIONS = st.sampled_from(["accept", "reject", "correct"])


@settings(deadline=None)
@given(st.lists(st.tuples(DECISIONS, DECISIONS), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = float(cohen_kappa_score(first, second))
    ours = kappa(first, second)
    assert math.isnan(theirs) if ours is None else ours == pytest.approx(theirs)


def test_wilson_is_that_of_a_published_example() -> None:
    """Newcombe, Statistics in Medicine 17:857-872 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(0, 0) == (0, 1)


def test_pairs_without_a_shared_item_say_nothing() -> None:
    votes = {"a": {"1": "accept", "2": "reject"}, "b": {"1": "accept", "2": "reject"}, "c": {"9": "accept"}}
    assert kappas(votes) == [(1.0, 2)]


def test_alpha_is_that_of_the_published_example() -> None:
    """Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: nominal, missing data: 0.743."""
    pytest.importorskip("krippendorff", reason="needs the extra review")
    table = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    votes = {
        f"observer {n}": {str(item): value for item, value in enumerate(row.split()) if value != "."}
        for n, row in enumerate(table)
    }
    assert alpha(votes) == pytest.approx(0.743, abs=5e-4)


def test_alpha_of_one_decision_is_undefined() -> None:
    pytest.importorskip("krippendorff", reason="needs the extra review")
    assert alpha({"a": {"1": "accept"}, "b": {"1": "accept"}}) is None
