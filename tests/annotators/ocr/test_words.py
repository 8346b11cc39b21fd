"""Tesseract's tables, written by hand, as text."""

import pytest

from annotators.ocr.reader import PageRead
from annotators.ocr.scripts import by_script
from annotators.ocr.words import page_of, without_gaps

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def word(block: int, paragraph: int, line: int, number: int, confidence: float, text: str) -> str:
    return f"5\t1\t{block}\t{paragraph}\t{line}\t{number}\t0\t0\t9\t9\t{confidence}\t{text}\n"


def test_words_make_lines_and_paragraphs() -> None:
    table = HEADER + "1\t1\t0\t0\t0\t0\t0\t0\t99\t99\t-1\t\n"
    table += word(1, 1, 1, 1, 90, "One") + word(1, 1, 1, 2, 70, "line") + word(1, 1, 2, 1, 80, "two")
    table += word(1, 2, 1, 1, 100, 'a "quoted') + word(2, 1, 1, 1, 60, "Block") + word(2, 1, 1, 2, 95, " ")
    page = page_of(table)
    assert page.text == 'One line\ntwo\n\na "quoted\n\nBlock'
    assert page.confidence == pytest.approx(0.8)


def test_a_table_without_words_is_an_empty_page() -> None:
    assert page_of(HEADER) == PageRead("", None)
    assert page_of(HEADER + word(1, 1, 1, 1, 95, " ")) == PageRead("", None)


@pytest.mark.parametrize(
    ("read", "text"),
    [("灯 塔 的 CT 图", "灯塔的 CT 图"), ("パン 屋 に 。", "パン屋に。"), ("한국 사람", "한국 사람"), ("a b", "a b")],
)
def test_gaps_go_between_letters_that_stand_without(read: str, text: str) -> None:
    assert without_gaps(read) == text


def test_packs_are_tried_by_script() -> None:
    assert by_script(("eng", "chi_sim", "rus", "jpn", "fra")) == {
        "Latin": ("eng", "fra"),
        "Han": ("chi_sim", "jpn"),
        "Cyrillic": ("rus",),
    }
