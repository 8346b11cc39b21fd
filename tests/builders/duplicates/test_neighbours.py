"""Which texts of a bucket become candidates."""

import numpy as np
import pytest

from builders.duplicates import neighbours
from builders.duplicates.neighbours import BEST, least_equal, pairs


def alike(draw: np.random.Generator, texts: int, shared: int, size: int = 120) -> np.ndarray:
    values = draw.integers(0, 65536, (texts, size)).astype(np.uint16)
    values[:, :shared] = values[0, :shared]
    return values


def found(bands: np.ndarray, keys: np.ndarray, values: np.ndarray, least: int) -> dict[frozenset[int], int]:
    return {
        frozenset(pair): count
        for made, equal in pairs(bands.astype(np.uint64), keys.astype(np.uint64), values, least)
        for pair, count in zip(made.tolist(), equal.tolist(), strict=True)
    }


@pytest.mark.parametrize("size", [112, 120, 121, 6])
def test_pairs_are_those_that_share_enough_values(size: int) -> None:
    draw = np.random.default_rng(size)
    values = draw.integers(0, 3, (12, size)).astype(np.uint16)
    equal = (values[:, None] == values[None]).sum(axis=2)
    least = int(np.median(equal))
    expected = {frozenset((a, b)): equal[a, b] for a in range(12) for b in range(a) if equal[a, b] >= least}
    assert found(np.zeros(12), np.arange(12), values, least) == expected


def test_texts_of_different_buckets_are_not_looked_at() -> None:
    values = alike(np.random.default_rng(1), 4, 120)
    assert set(found(np.array([1, 2, 1, 3]), np.arange(4), values, 90)) == {frozenset((0, 2))}


def test_a_large_bucket_gives_few_pairs_a_text_and_all_of_them_hang_together() -> None:
    values = alike(np.random.default_rng(2), 3000, 100)
    made = found(np.zeros(3000), np.arange(3000), values, 90)
    assert len(made) <= 3000 * 2 * BEST
    reached, waiting, next_to = {0}, [0], {number: set[int]() for number in range(3000)}
    for a, b in map(tuple, made):
        next_to[a].add(b)
        next_to[b].add(a)
    while waiting:
        fresh = next_to[waiting.pop()] - reached
        reached |= fresh
        waiting += fresh
    assert len(reached) == 3000


def test_the_most_alike_are_found_among_many_that_are_less(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    values = alike(draw, 1000, 92)
    values[500:] = values[:500]
    values[500:, 110:] = draw.integers(0, 65536, (500, 10))
    made = found(np.zeros(1000), np.arange(1000), values, 80)
    assert all(made.get(frozenset((one, one + 500))) == 110 for one in range(500))


def test_a_bucket_beyond_the_window_is_not_looked_at_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "WINDOW", 5)
    values = alike(np.random.default_rng(4), 400, 120)
    made = found(np.zeros(400), np.arange(400), values, 90)
    assert 400 <= len(made) <= 400 * 5


def test_the_order_of_rows_decides_nothing() -> None:
    draw = np.random.default_rng(5)
    bands, keys, values = draw.integers(0, 3, 300), draw.permutation(300), alike(draw, 300, 95)
    order = draw.permutation(300)
    assert found(bands, keys, values, 90) == found(bands[order], keys[order], values[order], 90)


@pytest.mark.parametrize("room", [1, 100, 5000])
def test_how_many_pairs_are_made_at_a_time_decides_nothing(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(7)
    bands, keys, values = draw.integers(0, 40, 600), draw.permutation(600), alike(draw, 600, 95)
    whole = found(bands, keys, values, 90)
    monkeypatch.setattr(neighbours, "AT_ONCE", room)
    assert len(list(pairs(bands.astype(np.uint64), keys.astype(np.uint64), values, 90))) >= min(40, 4000 // room)
    assert found(bands, keys, values, 90) == whole


def test_of_no_texts_there_are_no_pairs() -> None:
    assert not found(np.zeros(0), np.zeros(0), np.zeros((0, 120), np.uint16), 90)


def test_of_texts_as_alike_as_asked_few_are_missed() -> None:
    draw = np.random.default_rng(6)
    assert (draw.binomial(120, 0.8, 100_000) >= least_equal(120, 0.8)).mean() > 0.998
