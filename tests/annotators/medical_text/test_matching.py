"""Many patterns at once: held to a plain search, and to `str.count` and `str.split`."""

import pickle

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotators.medical_text.characters import IDEOGRAPH, LETTER, SPACE, kinds
from annotators.medical_text.matching import FORMS, Patterns
from schemas.errors import UsageError


def found(patterns: Patterns, *texts: str | None) -> list[dict[str, int]]:
    """Per text its patterns and how often each is there."""
    counted = patterns.count(pl.Series(texts, dtype=pl.String))
    return [
        {patterns.texts[p]: n for p, n in zip(counted.patterns[a:b].tolist(), counted.times[a:b].tolist(), strict=True)}
        for a, b in zip(counted.starts[:-1], counted.starts[1:], strict=True)
    ]


def plain(pattern: str, form: str, text: str) -> int:
    """The same for one pattern, character by character."""
    number, free_from = 0, 0
    for start in range(len(text)):
        end = start + len(pattern)
        if start < free_from or text[start:end] != pattern:
            continue
        before, behind = text[start - 1] if start else " ", text[end] if end < len(text) else " "
        if form == "token":
            fits = before.isspace() and behind.isspace()
        else:
            fits = (form == "part" or not _one_word(before, pattern[0])) and (
                form != "word" or not _one_word(pattern[-1], behind)
            )
        if fits:
            number, free_from = number + 1, end
    return number


def _one_word(left: str, right: str) -> bool:
    kind = kinds()[ord(left)]
    return kind in (LETTER, IDEOGRAPH) and kind == kinds()[ord(right)]


PIECES = st.text(st.sampled_from("ab-é\u0301я血か𠮷 \u00a0\u3000,"), min_size=1, max_size=4)


@given(
    st.lists(st.tuples(PIECES, st.sampled_from(FORMS)), max_size=12),
    st.lists(st.lists(PIECES, max_size=30).map("".join), max_size=4),
)
def test_agrees_with_a_plain_search_of_each_pattern(wanted: list[tuple[str, str]], texts: list[str]) -> None:
    patterns = Patterns([text for text, _ in wanted], [form for _, form in wanted])
    counted = patterns.count(pl.Series(texts, dtype=pl.String))
    expected = [[(i, n) for i, (p, form) in enumerate(wanted) if (n := plain(p, form, text))] for text in texts]
    rows = list(zip(counted.patterns.tolist(), counted.times.tolist(), strict=True))
    assert [rows[a:b] for a, b in zip(counted.starts[:-1], counted.starts[1:], strict=True)] == expected


@given(st.lists(PIECES, min_size=1, max_size=12, unique=True), st.lists(PIECES, max_size=30).map("".join))
def test_parts_count_as_str_count_does_and_tokens_as_str_split_does(wanted: list[str], text: str) -> None:
    parts, tokens = (Patterns(wanted, [form] * len(wanted)) for form in ("part", "token"))
    assert found(parts, text) == [{p: text.count(p) for p in wanted if p in text}]
    words = text.split()
    whole = {p: n for p, n in found(tokens, text)[0].items() if p.split() == [p]}
    assert whole == {p: words.count(p) for p in wanted if p in words}


def test_words_end_where_letters_and_digits_do_in_every_script() -> None:
    words = Patterns(["fever", "кровь", "santé", "ct"], ["word"] * 4)
    assert found(words, "fever, (fever) x-fever", "feverish prefever fever2", "кровью", "кровь.") == [
        {"fever": 3}, {}, {}, {"кровь": 1},
    ]  # fmt: skip
    assert found(words, "santés", "sante\u0301", "la santé!", "ct検査", "act", None, "") == [
        {}, {}, {"santé": 1}, {"ct": 1}, {}, {}, {},
    ]  # fmt: skip


def test_a_stem_takes_any_ending() -> None:
    assert found(Patterns(["кров"], ["stem"]), "кровью кровь", "бескровный") == [{"кров": 2}, {}]


def test_patterns_within_patterns_are_all_found() -> None:
    parts = Patterns(["infarction", "myocardial infarction", "card"], ["word", "word", "part"])
    assert found(parts, "a myocardial infarction") == [{"infarction": 1, "myocardial infarction": 1, "card": 1}]


def test_a_slice_of_a_column_of_several_pieces_is_read_as_it_stands() -> None:
    column = pl.concat([pl.Series(["aa", None, "b"]), pl.Series(["a" * 40, "ba"])], rechunk=False)
    assert found(Patterns(["a"], ["part"]), *column[1:5]) == [{}, {}, {"a": 40}, {"a": 1}]
    counted = Patterns(["a"], ["part"]).count(column[2:5])
    assert counted.times.tolist() == [40, 1]


def test_many_rows_need_more_room_than_is_made_at_first() -> None:
    wanted = [chr(0x4E00 + i) for i in range(3000)]
    counted = Patterns(wanted, ["part"] * 3000).count(pl.Series(["".join(wanted)] * 3))
    assert counted.patterns.tolist() == [*range(3000)] * 3
    assert counted.different().tolist() == [3000] * 3


def test_sums_weigh_each_pattern() -> None:
    counted = Patterns(["a", "b"], ["part"] * 2).count(pl.Series(["aab", "", "b"]))
    assert counted.summed(np.array([10, 1])).tolist() == [21, 0, 1]


def test_no_patterns_and_no_texts() -> None:
    assert found(Patterns([], []), "text") == [{}]
    assert found(Patterns(["a"], ["part"])) == []


def test_every_byte_may_be_part_of_a_pattern() -> None:
    wanted = [chr(i) for i in range(0x80)] + [chr(i) for i in range(0x80, 0x800, 0x3F)] + ["\u0800", "\U00010000"]
    text = "".join(wanted)
    assert found(Patterns(wanted, ["part"] * len(wanted)), text) == [{p: text.count(p) for p in wanted}]


def test_patterns_travel_to_other_processes() -> None:
    patterns = Patterns(["a"], ["part"])
    assert pickle.loads(pickle.dumps(patterns)) == patterns


@pytest.mark.parametrize(("text", "form"), [("", "word"), ("a", "whole")])
def test_a_wrong_pattern_is_named(text: str, form: str) -> None:
    with pytest.raises(UsageError, match="pattern 2"):
        Patterns(["a", text], ["word", form])


def test_white_space_is_what_python_splits_at() -> None:
    every = (chr(i) for i in range(0x110000))
    assert np.flatnonzero(kinds() == SPACE).tolist() == [ord(c) for c in every if c.isspace()]


def test_texts_longer_than_a_tile_are_read_across_its_border() -> None:
    longest = "b" + 300 * "a"
    wanted, text = ["a", "aa", "ab", "aab", longest], 700 * (3 * "a" + longest) + "血"
    parts = Patterns(wanted, ["part"] * len(wanted))
    assert found(parts, text, "", text[1:], "a") == [
        {p: each.count(p) for p in wanted if p in each} for each in (text, "", text[1:], "a")
    ]


def test_nothing_is_found_across_two_texts() -> None:
    assert found(Patterns(["ab", "b"], ["part", "word"]), "a", "b", "ab") == [{}, {"b": 1}, {"ab": 1}]


def test_texts_in_any_case_are_lowered_on_the_way() -> None:
    words = Patterns(["кровь", "fever", "ὀδός", "straße"], ["word"] * 4)
    mixed = pl.Series(["КРОВЬ Fever", "ὈΔΌΣ", None, "STRAẞE"] * 20_000)
    counted, expected = words.count_lowered(mixed), words.count(mixed.str.to_lowercase())
    assert all(np.array_equal(a, b) for a, b in zip(counted, expected, strict=True))
    assert counted.different().tolist() == [2, 1, 0, 1] * 20_000
    assert words.count_lowered(mixed[:0]).starts.tolist() == [0]
