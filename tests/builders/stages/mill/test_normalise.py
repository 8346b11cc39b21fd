"""Texts in one form, nothing lost but what shows nothing."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.stages.mill.normalise import Normalise, normalised
from tests.builders.stages.mill.documents import documents


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("caf\u00c3\u00a9 ouvert", "café ouvert"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("Fish &amp; chips", "Fish & chips"),
        ("cafe\u0301", "café"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("one\x00two\ufeff\u200bthree", "onetwothree"),
        ("a  \n\n\n\n\nb", "a\n\nb"),
        ("«né» l’été « là »", "«né» l’été « là »"),
        ("血圧は１２０／８０。ｍｍＨｇ", "血圧は１２０／８０。ｍｍＨｇ"),
        ("“quotes” ﬁne", "“quotes” ﬁne"),
    ],
)
def test_forms(raw: str, wanted: str):
    assert normalised(pl.Series([raw]))[0] == wanted


@given(st.text(max_size=200))
def test_twice_is_once(text: str):
    text = text.encode("utf-8", "ignore").decode()
    once = normalised(pl.Series([text], dtype=pl.String))
    assert normalised(once)[0] == once[0]
    assert unicodedata.is_normalized("NFC", once[0])
    assert "\x00" not in once[0]


def test_what_is_no_text_is_rejected_with_its_length():
    kept, rejected = Normalise(min_characters=5)(documents("  \n ", "abc", "long enough"))
    assert kept["id"].to_list() == ["d2"]
    assert rejected.rows() == [
        ("d0", "empty_text", "0 characters, at least 5 are asked for"),
        ("d1", "too_short", "3 characters, at least 5 are asked for"),
    ]
