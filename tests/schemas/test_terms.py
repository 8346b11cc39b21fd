import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.terms import OPEN, Terms, TermsConflictError, compose

WORDS = st.frozensets(st.sampled_from(["a", "b", "c"]), max_size=3)
TERMS = st.builds(
    Terms,
    text_may_leave=st.sampled_from(["no", "verbatim", "adapted"]),
    labels_may_leave=st.sampled_from(["no", "gated", "open"]),
    ids_may_leave=st.booleans(),
    commercial=st.booleans(),
    remote_processing=st.booleans(),
    share_alike=st.sampled_from([frozenset(), frozenset({"CC-BY-SA-4.0"})]),
    licences=WORDS,
    places=WORDS,
    citations=WORDS,
)


@given(TERMS, TERMS, TERMS)
def test_composition_is_associative_commutative_and_idempotent(a: Terms, b: Terms, c: Terms):
    assert (a & b) & c == a & (b & c)
    assert a & b == b & a
    assert a & a == a
    assert a & OPEN == a


@given(TERMS, TERMS)
def test_nothing_made_from_two_may_do_more_than_either(a: Terms, b: Terms):
    both = a & b
    assert both.commercial <= a.commercial
    assert both.remote_processing <= a.remote_processing
    assert both.shows_text() <= a.shows_text()
    assert both.places >= a.places | b.places
    assert both.citations >= a.citations | b.citations


def test_two_share_alike_licences_exclude_each_other_and_both_are_named():
    one, other = Terms(share_alike=frozenset({"CC-BY-SA-4.0"})), Terms(share_alike=frozenset({"GPL-3.0"}))
    with pytest.raises(TermsConflictError, match=r"CC-BY-SA-4\.0 and GPL-3\.0"):
        compose([OPEN, one, other])


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match="unknown terms 'perhaps'"):
        Terms(text_may_leave="perhaps")  # pyright: ignore[reportArgumentType]


def test_text_that_may_not_leave_is_not_shown():
    assert not Terms(text_may_leave="no").shows_text()
    assert Terms(text_may_leave="verbatim").shows_text()
