"""Readers of pages by name: ours, a class of another package, and names of nothing."""

import pytest

from annotators.ocr.choose import page_reader
from annotators.ocr.tesseract import Tesseract
from schemas.errors import UsageError
from tests.annotators.ocr.own_reader import Darkness


def test_names() -> None:
    assert page_reader("tesseract", ("en",)) == Tesseract(("en",))
    assert page_reader(f"{Darkness.__module__}:Darkness", ()) == Darkness(())


@pytest.mark.parametrize("name", ["nope", "no.such.module:Reader", f"{Darkness.__module__}:Nobody"])
def test_a_name_of_nothing_is_one_error(name: str) -> None:
    with pytest.raises(UsageError, match="reader="):
        page_reader(name, ("en",))
