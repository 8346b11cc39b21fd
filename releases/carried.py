"""Files that rows name go out with them: masks lie in a release where they lay in the build."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl

from schemas.errors import MedmillError
from schemas.manifest import ColumnRecord


def carrying(
    frames: Iterable[pl.DataFrame], columns: Sequence[ColumnRecord], build: Path, release: Path
) -> Iterator[pl.DataFrame]:
    """The frames as they are; what their columns tagged `file` name is brought into the release meanwhile.

    Raises `MedmillError` where a file is not there.
    """
    names = [column.name for column in columns if column.tag == "file"]
    for frame in frames:
        for path in (path for name in names for path in frame[name].drop_nulls().unique(maintain_order=True)):
            _bring(build, release, path)
        yield frame


def _bring(build: Path, release: Path, path: str) -> None:
    """A hard link, or a copy where the file system has none; nothing outside the build."""
    source = (build / path).resolve()
    if not source.is_relative_to(build.resolve()) or not source.is_file():
        raise MedmillError(f"{build / path}: a row names this file, but it is not there; build again, then release")
    target = release / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
