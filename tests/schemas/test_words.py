from itertools import product

from schemas.words import ASSERTIONS, RATE_TYPES, SCORED_ASSERTIONS, SCORED_TYPE


def test_every_scored_assertion_of_every_kind_has_a_rate_type():
    assert set(SCORED_TYPE) == set(product(("abnormality", "disease", "normal"), SCORED_ASSERTIONS))
    assert set(SCORED_TYPE.values()) <= set(RATE_TYPES)
    assert set(SCORED_ASSERTIONS) <= set(ASSERTIONS)


def test_denied_and_resolved_findings_change_their_polarity_and_doubted_ones_keep_it():
    assert SCORED_TYPE["disease", "absent"] == SCORED_TYPE["disease", "resolved"] == "Non-Disease"
    assert SCORED_TYPE["abnormality", "uncertain"] == SCORED_TYPE["abnormality", "present"] == "Abnormality"
    assert SCORED_TYPE["normal", "absent"] == "Abnormality"
