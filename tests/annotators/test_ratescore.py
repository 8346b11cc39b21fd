from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotators.ratescore import pairs
from annotators.ratescore.all_pairs import all_pairs
from annotators.ratescore.cosine import write_cosine
from annotators.ratescore.embedders import embedder
from annotators.ratescore.kernel import sets_of, vocabulary_of, with_nothing
from annotators.ratescore.lexical import Lexical
from annotators.ratescore.listed import score_listed
from annotators.ratescore.weights import load
from schemas.errors import UsageError
from schemas.words import RATE_TYPES

ABNORMALITY, DISEASE, ABSENT = (RATE_TYPES.index(name) for name in ("Abnormality", "Disease", "Non-Abnormality"))


def test_the_published_weights_are_read_row_by_row() -> None:
    long, short = load("long"), load("short")
    assert long.affinity[DISEASE, RATE_TYPES.index("Anatomy")] == pytest.approx(0.9950209388542061)
    assert long.affinity[ABNORMALITY, DISEASE] == pytest.approx(0.0034478181112993847)
    assert short.signed[ABNORMALITY, ABSENT] == pytest.approx(0.9479148658006686 * 0.3611577852354489)
    assert long.signed[ABNORMALITY, DISEASE] == long.affinity[ABNORMALITY, DISEASE]


def test_a_pair_worked_out_by_hand() -> None:
    """A: present a. B: absent a, disease b. Similarity of a and b 0.5."""
    cosine = np.array([[1.0, 0.5]], np.float32)
    w = load()
    forth = w.signed[ABNORMALITY, ABSENT] / w.affinity[ABNORMALITY, ABSENT]
    weights = w.affinity[ABSENT, ABNORMALITY], w.affinity[DISEASE, ABNORMALITY]
    back = (w.signed[ABSENT, ABNORMALITY] + 0.5 * weights[1]) / sum(weights)
    got = pairs.score(cosine, np.array([ABNORMALITY]), np.array([ABSENT, DISEASE]))
    assert got == pytest.approx(2 * forth * back / (forth + back), abs=1e-6)


def test_of_equal_similarities_the_first_in_report_order_counts() -> None:
    cosine = np.ones((1, 2), np.float32)
    flipped = pairs.directed(cosine, np.array([ABNORMALITY]), np.array([ABSENT, ABNORMALITY]), load())
    assert flipped == pytest.approx(0.8716553966489615)
    assert pairs.directed(cosine, np.array([ABNORMALITY]), np.array([ABNORMALITY, ABSENT]), load()) == pytest.approx(1)


def test_an_empty_side_has_no_score_unless_asked_for() -> None:
    nothing, one = np.zeros((0, 1), np.float32), np.array([ABNORMALITY])
    assert pairs.score(nothing, one[:0], one) is None
    assert pairs.score(nothing, one[:0], one, empty=0.5) == 0.5


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 80), words=st.integers(1, 12))
def test_the_kernel_scores_every_pair_like_the_definition(seed: int, n: int, words: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.random((words, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    cosine = (cosine + cosine.T) / 2
    np.fill_diagonal(cosine, 1)
    start = np.concatenate(([0], np.cumsum(rng.integers(1, 10, n))))
    terms, types = rng.integers(0, words, start[-1]), rng.integers(0, 5, start[-1])
    got = all_pairs(cosine, terms, types, start)
    assert (got == got.T).all()
    for i, j in rng.integers(0, n, (30, 2)):
        a, b = slice(start[i], start[i + 1]), slice(start[j], start[j + 1])
        expected = pairs.score(cosine[np.ix_(terms[a], terms[b])], types[a], types[b])
        assert got[i, j] == pytest.approx(expected, abs=2e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 80), words=st.integers(1, 12))
def test_listed_pairs_score_to_the_bit_as_among_all_and_like_the_definition(seed: int, n: int, words: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(words, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = vectors @ vectors.T
    cosine = (cosine + cosine.T) / 2
    np.fill_diagonal(cosine, 1)
    start = np.concatenate(([0], np.cumsum(rng.integers(1, 10, n))))
    terms, types = rng.integers(0, words, start[-1]), rng.integers(0, 5, start[-1])
    left, right = rng.integers(0, n, (2, 50))
    entry, entries = np.unique(np.stack([terms, types]), axis=1, return_inverse=True)
    w = load()
    vocabulary = vocabulary_of(cosine, entry[0], entry[1], w.affinity, w.signed)
    sets = sets_of(entries.ravel().astype(np.uint32), start.astype(np.int64), entry.shape[1])
    got = score_listed(vocabulary, sets, left, right)
    assert (got == all_pairs(cosine, terms, types, start)[left, right]).all()
    assert (got == score_listed(vocabulary, sets, right, left)).all()
    for i, j, value in zip(left, right, got, strict=True):
        a, b = slice(start[i], start[i + 1]), slice(start[j], start[j + 1])
        expected = pairs.score(cosine[np.ix_(terms[a], terms[b])], types[a], types[b])
        assert expected is not None
        if abs(expected) < 1.5:
            assert value == pytest.approx(expected, abs=2e-5)


def test_a_listed_pair_with_an_empty_side_has_the_score_asked_for() -> None:
    w = load()
    one = vocabulary_of(np.ones((1, 1), np.float32), np.array([0]), np.array([ABNORMALITY]), w.affinity, w.signed)
    words = with_nothing(one, 0.5)
    sets = sets_of(np.array([0, 1], np.uint32), np.array([0, 1, 2]), 2)
    assert score_listed(words, sets, np.array([0, 0, 1]), np.array([0, 1, 1])).tolist() == [1, 0.5, 0.5]


def test_sets_in_another_order_score_exactly_alike() -> None:
    """Sums in report order differ in their last bits, and ties would hang on them."""
    rng = np.random.default_rng(3)
    cosine = Lexical().embed([f"word{i} of kind {i % 7}" for i in range(40)])
    cosine = np.clip(cosine @ cosine.T, 0, 1)
    terms, types = rng.permutation(40)[:9], rng.integers(1, 3, 9)
    shuffled = rng.permutation(9)
    query = rng.integers(0, 40, 6)
    every = np.concatenate([query, terms, terms[shuffled]])
    kinds = np.concatenate([rng.integers(0, 5, 6), types, types[shuffled]])
    got = all_pairs(cosine, every, kinds, np.array([0, 6, 15, 24]))
    assert got[0, 1] == got[0, 2]


def test_a_set_is_like_itself() -> None:
    cosine = np.array([[1, 0.2], [0.2, 1]], np.float32)
    got = all_pairs(cosine, np.array([0, 1, 1]), np.array([1, 2, 3]), np.array([0, 2, 3]))
    assert got[0, 0] == got[1, 1] == 1


def test_the_cosine_file_is_symmetric_to_the_bit_and_repeats_itself(tmp_path: Path) -> None:
    vectors = Lexical(dimension=256).embed([f"term number {i}" for i in range(1100)])
    for name in ("one.npy", "two.npy"):
        write_cosine(tmp_path / name, vectors)
    cosine = np.load(tmp_path / "one.npy")
    assert (tmp_path / "one.npy").read_bytes() == (tmp_path / "two.npy").read_bytes()
    assert cosine.dtype == np.float32 and (cosine == cosine.T).all() and (np.diag(cosine) == 1).all()
    assert np.allclose(cosine, vectors @ vectors.T, atol=1e-5)


def test_lexical_vectors_put_like_with_like() -> None:
    terms = ["pulmonary nodule", "nodules", "pleural effusion", "Pleural Effusions", "cardiomegaly", "pneumothorax"]
    vectors = Lexical().embed(terms)
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > 0.7 and cosine[2, 3] > 0.7
    assert (cosine >= 0).all()
    assert cosine[0, [2, 4, 5]].max() < 0.3 and cosine[2, 4] < 0.3 and cosine[4, 5] < 0.3
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_lexical_vector_depends_on_its_term_alone() -> None:
    assert (Lexical().embed(["nodule", "mass"])[0] == Lexical().embed(["nodule"])[0]).all()


def test_unrelated_terms_are_not_tied() -> None:
    """With exact zeros between them, which entity was matched hung on the order of the report."""
    vectors = Lexical().embed([f"{letter * 6}" for letter in "abcdefghijk"]).astype(np.float64)
    cosine = vectors @ vectors.T
    assert len(np.unique(cosine[np.triu_indices(11, 1)])) == 55


@pytest.mark.parametrize("name", ["", "word2vec", "transformers:", "lexical:big"])
def test_an_unknown_embedder_names_the_choices(name: str) -> None:
    with pytest.raises(UsageError, match="expected lexical or transformers"):
        embedder(name)
