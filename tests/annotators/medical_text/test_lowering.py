"""Lower case as Python has it, whichever way a text takes."""

import unicodedata

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from annotators.medical_text.lowering import BLOCK, lowered


def lower(*texts: str | None) -> list[str]:
    return [
        block.data[a:b].tobytes().decode()
        for block in lowered(pl.Series(texts, dtype=pl.String))
        for a, b in zip(block.start[:-1], block.start[1:], strict=True)
    ]


def test_every_character_that_python_knows() -> None:
    known = [chr(i) for i in range(0x110000) if unicodedata.category(chr(i)) not in ("Cn", "Cs", "Co")]
    simple = [c for c in known if len(c.lower().encode()) == len(c.encode())]
    assert [b for a, b in zip(simple, lower(*simple), strict=True) if b != a.lower()] == []
    assert lower(*known) == [c.lower() for c in known]
    assert lower(f"A{''.join(simple)}Z") == [f"A{''.join(simple)}Z".lower()]


CASED = st.text(st.sampled_from("aAzZ@[`{ΣσςİıẞßÉéÅKＡａЖжЁ\u0301\u00ad'.·:\u2019𐐀𐐨ǅﬁ血 \n\x00"))


KNOWN = st.text(st.characters(exclude_categories=["Cn", "Cs"]))  # polars may know later versions of Unicode than Python


@given(st.lists(CASED | KNOWN, max_size=6))
def test_any_texts(texts: list[str]) -> None:
    assert lower(*texts) == [text.lower() for text in texts]


def test_texts_larger_than_a_block_stay_whole() -> None:
    texts = ["ÀB" * BLOCK, "", "Σ", None, "ß" * (BLOCK // 2), "Ж"]
    assert lower(*texts) == ["àb" * BLOCK, "", "σ", "", "ß" * (BLOCK // 2), "ж"]


def test_the_column_is_left_as_it_was() -> None:
    column = pl.Series(["ABC Ж"])
    assert [block.data.tobytes().decode() for block in lowered(column)] == ["abc ж"]
    assert column.to_list() == ["ABC Ж"]
