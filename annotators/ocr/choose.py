"""A reader of pages by its name: `tesseract`, one of another distribution, or a class as `package.module:Class`."""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from annotators.ocr.reader import PageReader
from annotators.ocr.tesseract import Tesseract
from schemas.errors import UsageError

GROUP = "medmill.page_readers"
"""Entry points whose values name such classes."""


def page_reader(name: str, languages: tuple[str, ...]) -> PageReader:
    """The reader of this name for these languages; raises `UsageError` where there is none."""
    if name == "tesseract":
        return Tesseract(languages)
    for point in entry_points(group=GROUP, name=name):
        return point.load()(languages=languages)
    module, colon, kind = name.partition(":")
    if not colon:
        others = ", ".join(sorted(entry_points(group=GROUP).names))
        raise UsageError(
            f"reader={name}: expected tesseract, package.module:Class"
            + (f", or one of {others}" if others else f", or an entry point of the group {GROUP}")
        )
    try:
        found: Any = getattr(import_module(module), kind)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"reader={name}: {error}; install what holds it, or correct the name") from None
    return found(languages=languages)
