"""Near-duplicate texts: signatures estimate the Jaccard similarity of word triples, groups follow them."""

from random import Random

import numpy as np
import polars as pl
import pytest

from qc.minhash import BANDS, ROWS, groups, signatures


def sentence(draw: Random, length: int) -> list[str]:
    return [f"word{draw.randint(0, 500)}" for _ in range(length)]


def triples(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


@pytest.mark.parametrize("changed", [1, 5, 20, 60])
def test_signatures_estimate_the_similarity_of_word_triples(changed: int) -> None:
    draw = Random(changed)
    first = sentence(draw, 300)
    second = [f"other{i}" if i % (300 // changed) == 0 else word for i, word in enumerate(first)]
    one, two = signatures(pl.Series([" ".join(first), " ".join(second)]))
    a, b = triples(first), triples(second)
    assert (one == two).mean() == pytest.approx(len(a & b) / len(a | b), abs=0.17)


def test_case_punctuation_and_line_breaks_do_not_count() -> None:
    one, two = signatures(pl.Series(["A small, round nodule.\nNo effusion", "a SMALL round nodule no effusion"]))
    assert (one == two).all()


@pytest.mark.parametrize("text", ["", "  ", "normal", "no change"])
def test_short_texts_have_a_signature_of_their_own(text: str) -> None:
    found = signatures(pl.Series([text, text, "a third of quite other words"]))
    assert (found[0] == found[1]).all()
    assert not (found[0] == found[2]).all()


def test_near_copies_fall_into_one_group_and_others_stay_alone() -> None:
    draw = Random(4)
    base = sentence(draw, 120)
    copies = [" ".join([*base[:i], "changed", *base[i + 1 :]]) for i in (10, 50, 90)]
    others = [" ".join(sentence(draw, 120)) for _ in range(50)]
    number = groups(signatures(pl.Series([*copies, *others])))
    assert len(set(number[:3])) == 1
    assert len(set(number)) == 51


def test_texts_of_a_later_batch_match_those_of_an_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series([f"report number {i} has words of its own {i * i}" for i in range(40)])
    whole = signatures(texts)
    monkeypatch.setattr("qc.minhash._TEXTS_AT_ONCE", 7)
    assert np.array_equal(signatures(texts), whole)


def test_who_stands_first_in_a_bucket_decides_nothing() -> None:
    """Two alike texts that share one bucket were missed where its first was like neither: groups hung on the order."""
    draw = np.random.default_rng(7)
    other, one = draw.integers(0, 2**32, (2, BANDS * ROWS), np.uint32)
    other[:ROWS] = one[:ROWS]
    two = one.copy()
    two[ROWS::ROWS] += 1  # one value of every band but the first
    for rows, named in (([other, one, two], "oab"), ([one, other, two], "aob"), ([one, two, other], "abo")):
        number = dict(zip(named, groups(np.array(rows)), strict=True))
        assert number["a"] == number["b"] != number["o"]
