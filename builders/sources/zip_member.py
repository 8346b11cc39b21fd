"""The one file that a zip file packs."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from schemas.errors import SourceError


@contextmanager
def member(path: str, raw: Any) -> Iterator[Any]:
    """Open the file in a zip file, or of several the one called like it; raises `SourceError` for all else."""
    try:
        archive = zipfile.ZipFile(raw)
        stream = archive.open(_only(path, archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # damaged, of an odd kind, encrypted
        raise _unreadable(path, error) from None
    with archive, stream:
        try:
            yield stream
        except zipfile.BadZipFile as error:
            raise _unreadable(path, error) from None


def _unreadable(path: str, error: Exception) -> SourceError:
    return SourceError(f"{path}: this zip file cannot be read ({type(error).__name__}); download it again")


def _only(path: str, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    last = path.rpartition("/")[2][: -len(".zip")]
    alike = [name for name in names if name.rpartition("/")[2].startswith(last)]
    if len(names) != 1 and len(alike) != 1:
        raise SourceError(f"{path}: holds {len(names)} files, expected one; unpack it into a folder")
    return (names if len(names) == 1 else alike)[0]
