"""Pictures of invented passages, read by the real program."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from annotators.ocr.reader import PageRead
from annotators.ocr.tesseract import Tesseract
from schemas.errors import UsageError
from tests.annotators.ocr.distance import error_rate
from tests.annotators.ocr.invented import TEXTS
from tests.annotators.ocr.needed import needs_tesseract
from tests.builders.sources.pdf_making import picture

pytestmark = needs_tesseract
SIX = ("en", "zh", "ja", "fr", "ru", "es")
ROOT = Path(__file__).resolve().parents[3]
MOST_WRONG = {"en": 0.01, "fr": 0.01, "es": 0.01, "ru": 0.01, "zh": 0.05, "ja": 0.05}


def scan(language: str, turn: int = 0) -> np.ndarray:
    """`turn`: degrees counter-clockwise."""
    from PIL import Image

    return np.asarray(Image.open(picture(TEXTS[language])).rotate(turn, expand=True, fillcolor=245))


@cache
def read(language: str, languages: tuple[str, ...], turn: int = 0) -> PageRead:
    return Tesseract(languages).read(scan(language, turn), 200)


@pytest.mark.parametrize("language", SIX)
def test_each_language_is_read_where_six_are_expected(language: str) -> None:
    page = read(language, SIX)
    assert error_rate(TEXTS[language], page.text) <= MOST_WRONG[language]
    assert page.confidence is not None and 0.8 < page.confidence <= 1


@pytest.mark.parametrize("language", ["ru", "ja"])
def test_the_wrong_language_is_no_reading_and_says_so(language: str) -> None:
    page = read(language, ("en",))
    assert error_rate(TEXTS[language], page.text) > 0.5
    assert (page.confidence or 0) < (read(language, SIX).confidence or 0) - 0.2


@pytest.mark.parametrize(("language", "languages", "turn"), [("es", SIX, 90), ("zh", SIX, 180), ("en", ("en",), 270)])
def test_pages_on_a_side_are_turned(language: str, languages: tuple[str, ...], turn: int) -> None:
    assert error_rate(TEXTS[language], read(language, languages, turn).text) <= MOST_WRONG[language]


def test_lines_stay_lines_and_chinese_has_no_gaps() -> None:
    assert read("fr", ("fr",)).text.splitlines() == TEXTS["fr"].splitlines()
    assert "每天傍晚" in read("zh", ("zh",)).text


def test_the_same_picture_gives_the_same_answer_whatever_the_threads() -> None:
    once = Tesseract(("ja",)).read(scan("ja"), 200)
    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_THREAD_LIMIT", "4")
        assert Tesseract(("ja",)).read(scan("ja"), 200) == once
        assert os.environ["OMP_THREAD_LIMIT"] == "4"
    assert dict(os.environ) == before


@pytest.mark.parametrize("languages", [("en",), SIX])
def test_a_blank_page_has_no_words_and_no_confidence(languages: tuple[str, ...]) -> None:
    assert Tesseract(languages).read(np.full((1200, 800), 255, np.uint8), 200) == PageRead("", None)


def test_noise_is_no_error() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300), np.uint8)
    page = Tesseract(("en",)).read(noise, 200)
    assert page.confidence is None or page.confidence < 0.8


def test_the_fingerprint_names_program_and_packs() -> None:
    said = Tesseract(("en", "fr")).fingerprint
    assert said.startswith("tesseract ") and "eng=" in said and "fra=" in said
    assert said != Tesseract(("en",)).fingerprint
    assert Tesseract(("en", "eng")).packs == ("eng",)


def test_a_missing_pack_is_named_with_what_to_install() -> None:
    with pytest.raises(UsageError, match=r"no language pack xxx_yyy; .*tesseract-ocr-xxx-yyy"):
        Tesseract(("en", "xxx_yyy")).check()


def test_without_the_program_there_is_one_error(tmp_path: Path) -> None:
    program = "from annotators.ocr.tesseract import Tesseract; Tesseract(('en',)).check()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "UsageError: the program tesseract is not installed" in done.stderr.splitlines()[-1]
    assert "ocr=never" in done.stderr
