"""Read a labelled corpus in whatever format it lies, and write it in another."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import polars as pl

from builders.ner_formats import brat, build, conll, docbin, published
from schemas.errors import SourceError, UsageError

FORMATS: Final[dict[str, ModuleType]] = {"conll": conll, "published": published, "docbin": docbin, "brat": brat}
"""What can be written, by the name the command line has for it; a finished `rate-ner` build is read too."""


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """The splits of a corpus, each a frame of `frames.SCHEMA`, in the order train, validation, test.

    Raises:
        UsageError: Where there is no such folder, or nothing in it that is known.
        SourceError: Where a file of the corpus cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; name the folder of a labelled corpus")
    if name := recognised(folder):
        return (build if name == "build" else FORMATS[name]).read(folder)
    found = ", ".join(sorted(path.name for path in folder.iterdir())[:5]) or "nothing"
    raise UsageError(
        f"{folder}: no labelled corpus: found {found}; expected files of splits (train.tsv, train.conll, "
        "train.spacy, train_IOB.json), folders of them with .txt and .ann, or a build of rate-ner"
    )


def recognised(folder: Path) -> str:
    """The name of the format in which a folder holds a corpus, `build` for a build, or nothing."""
    if build.files(folder):
        return "build"
    return next((name for name, format_ in FORMATS.items() if format_.files(folder)), "")


def write(format_: str, splits: Mapping[str, pl.DataFrame], folder: Path) -> list[Path]:
    """Write a corpus in one of `FORMATS` and return the paths of its files."""
    if format_ not in FORMATS:
        raise UsageError(f"format {format_!r}; choose one of {', '.join(FORMATS)}")
    try:
        return FORMATS[format_].write(folder, splits)
    except SourceError as error:
        raise UsageError(str(error)) from error
