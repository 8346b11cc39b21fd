"""Texts in one form, nothing lost but what shows nothing."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.normal_text import NOT_NFC, normalised


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


@given(st.text(max_size=200))
def test_a_text_that_is_not_looked_at_is_in_nfc(text: str):
    text = text.encode("utf-8", "ignore").decode()
    texts = pl.Series([text], dtype=pl.String)
    assert texts.str.contains(NOT_NFC)[0] or texts.str.normalize("NFC")[0] == text


def test_every_character_that_nfc_may_change_is_looked_at():
    every = pl.Series([chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000])
    parts = every.str.normalize("NFD")
    composed = (parts.str.len_chars() > 1) & (every.str.normalize("NFC") == every)
    seconds = parts.filter(composed).str.slice(1).str.split("").explode()
    changed = every.filter(every.str.normalize("NFC") != every)
    assert changed.str.contains(NOT_NFC).all()
    assert seconds.str.contains(NOT_NFC).all()


def test_odd_texts_among_others_stay_in_their_place():
    given = ["plain ", "cafe\u0301", None, "one\x00two", "last"]
    assert normalised(pl.Series(given)).to_list() == ["plain", "café", None, "onetwo", "last"]
