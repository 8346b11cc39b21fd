"""Tokens of any script, told apart by their hashes alone."""

import re
import unicodedata

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from annotators.token_hashing.kernel import hash_runs
from annotators.token_hashing.tokens import tokens

LONE = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U00033fff]")


def plainly(text: str) -> list[str]:
    """The same rule, letter by letter."""
    found, word = [], ""
    for letter in pl.Series([text.lower()]).str.to_lowercase()[0]:
        if LONE.match(letter):
            found += [word, letter]
            word = ""
        elif unicodedata.category(letter)[0] in "LMN":
            word += letter
        else:
            found.append(word)
            word = ""
    return [token for token in [*found, word] if token]


def fnv(token: str) -> int:
    value = 0xCBF29CE484222325
    for byte in token.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


LETTERS = st.text(st.sampled_from("aB1é ПрДa\u0301。、患者が检查한국\n.-_,\U00020000\u3001\ufa10 "), max_size=40)


@given(st.lists(LETTERS, min_size=1, max_size=5))
def test_tokens_are_words_and_single_letters_of_scripts_without_blanks(texts: list[str]):
    found = tokens(pl.Series(texts, dtype=pl.String))
    for number, text in enumerate(texts):
        wanted = plainly(text)
        assert found.of(number).tolist() == [fnv(token) for token in wanted]
        assert found.lone[number] == sum(bool(LONE.fullmatch(token)) for token in wanted)


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(1, 6))
def test_equal_runs_have_equal_hashes_wherever_they_stand(values: list[int], size: int):
    line = np.array(values, np.uint64)
    runs = [tuple(values[at : at + size]) for at in range(len(values) - size + 1)]
    hashes = hash_runs(line, size)
    assert len(hashes) == len(runs)
    assert len(set(hashes.tolist())) == len(set(runs))
    assert len({*zip(runs, hashes.tolist(), strict=True)}) == len(set(runs))


def test_a_slice_of_a_series_has_its_own_tokens_alone():
    texts = pl.Series(["one two", "three", "four five six"])
    assert tokens(texts[1:]).of(0).tolist() == tokens(pl.Series(["three"])).of(0).tolist()
    assert np.diff(tokens(texts[1:]).offsets).tolist() == [1, 3]


def test_no_texts_and_empty_texts():
    assert tokens(pl.Series([], dtype=pl.String)).offsets.tolist() == [0]
    assert tokens(pl.Series(["", " . "])).offsets.tolist() == [0, 0, 0]
