"""Words and shingles as the kernels read them from bytes, held to regular expressions over characters."""

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.duplicates.minhash import Shingling, signed
from builders.duplicates.sketches import SIZE, flat, similarities, sketches
from tests.builders.near_copies import Garden, jaccard, shingles

LETTERS = "abAB ,.-_\n中文字йЙéÉ𠀀"


def like(texts: list[str]) -> list[list[float]]:
    values, starts = flat(sketches(pl.Series(texts, dtype=pl.String), Shingling()))
    rows = np.array([(a, b) for a in range(len(texts)) for b in range(len(texts))])
    return similarities(values, starts, values, starts, rows, SIZE).reshape(len(texts), -1).tolist()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=40), min_size=2, max_size=2))
def test_the_similarity_of_short_texts_is_exact(texts: list[str]) -> None:
    one, two = (shingles(text.replace("𠀀", "丁")) for text in texts)
    expected = len(one & two) / len(one | two) if one | two else 0.0
    assert like(texts)[0][1] == pytest.approx(expected)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=12), min_size=2, max_size=6))
def test_content_is_equal_where_the_words_are(texts: list[str]) -> None:
    content = [tuple(row) for row in signed(pl.Series(texts), Shingling(), 8).content.tolist()]
    words = [re.findall(r"[\u4e00-\u9fff𠀀]|[^\W\u4e00-\u9fff𠀀]+", text.lower()) or text for text in texts]
    for a in range(len(texts)):
        for b in range(len(texts)):
            assert (content[a] == content[b]) == (words[a] == words[b])


def test_minhash_values_estimate_the_similarity() -> None:
    garden = Garden(1)
    base = garden.words(garden.spaced, 400)
    texts = [" ".join(garden.edited(base, garden.spaced, edits)) for edits in (0, 2, 5, 10, 20, 40)]
    values = signed(pl.Series(texts), Shingling(), 600).values
    left, right, exact = jaccard(texts)
    estimated = (values[left] == values[right]).mean(axis=1)
    assert np.abs(estimated - exact).max() < 0.08
    assert np.abs(estimated - exact).mean() < 0.02


def test_a_text_too_long_for_its_sketch_is_estimated() -> None:
    garden = Garden(2)
    base = garden.words(garden.spaced, 3 * SIZE)
    texts = [" ".join(base), " ".join(garden.edited(base, garden.spaced, 120))]
    (exact,) = jaccard(texts)[2]
    assert like(texts)[0][1] == pytest.approx(exact, abs=0.03)
    assert sketches(pl.Series(texts), Shingling()).list.len().to_list() == [SIZE, SIZE]


@pytest.mark.parametrize("text", ["", " \n", "one", "two words", "a b c d e", "血圧", "!!!"])
def test_a_text_without_two_shingles_is_compared_with_none(text: str) -> None:
    assert not signed(pl.Series([text]), Shingling(), 8).comparable[0]


def test_characters_that_no_text_should_hold_are_read() -> None:
    odd = ["a\x00b c d e f g", "\ud7ff\uffff\U0010ffff", "\u200b\ufeff", "e\u0301te\u0301 a b c d e f"]
    found = signed(pl.Series(odd), Shingling(), 8)
    assert len({tuple(row) for row in found.content.tolist()}) == len(odd)
    assert found.letters.tolist() == [7, 1, 0, 11] or found.letters[0] == 7
