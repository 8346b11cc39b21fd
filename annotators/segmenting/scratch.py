"""Folders for a volume on its way through a net; one that a killed process left is swept away by the next.

A volume of a patient must not stay in the folder for temporary files because somebody killed a build.
"""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import rmtree

PREFIX = "medmill-volume-"
_HELD = "held"


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder; a lock in it, which the system takes from a dead process, says that it is in use."""
    place = Path(tempfile.gettempdir())
    _sweep_once(place)
    draft = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=place))
    folder = place / draft.name.removeprefix(".")
    with (draft / _HELD).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        draft.rename(folder)  # under its name only once it is held
        try:
            yield folder
        finally:
            rmtree(folder, ignore_errors=True)


@cache
def _sweep_once(place: Path) -> None:
    sweep(place)


def sweep(place: Path) -> None:
    """Remove the folders that nobody holds; those of other users are left alone."""
    for folder in place.glob(f"{PREFIX}*"):
        try:
            with (folder / _HELD).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                rmtree(folder, ignore_errors=True)
        except OSError:
            continue
