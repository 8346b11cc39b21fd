"""Whose documents a corpus holds."""

import polars as pl
import pytest

from builders.instructions.people import named, people_of


@pytest.mark.parametrize(
    ("corpus", "declared", "value", "document"),
    [
        ("mimic-cxr", True, "p10000032", "mimic/10000032"),
        ("mimic-iv-ed", True, "10000032", "mimic/10000032"),
        ("mimic-iv-icd10", False, "n7", "mimic-iv-icd10/n7"),
        ("pubmedqa", True, "p7", "pubmedqa/p7"),
    ],
)
def test_a_patient_of_mimic_has_one_name_in_all_its_corpora(corpus, declared, value, document):
    rows = pl.DataFrame({"value": [value]})
    assert rows.select(named(pl.col("value"), corpus, declared=declared)).item() == document


def test_corpora_of_mimic_have_the_same_people_and_others_their_own():
    assert people_of("mimic-cxr") == people_of("mimic-iv-note") == "mimic"
    assert people_of("mednli") == "mednli"
