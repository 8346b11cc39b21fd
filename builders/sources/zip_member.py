"""The one file that a zip file packs."""

import errno
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from schemas.errors import SourceError

_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, struct.error)
"""What comes of bytes that are missing or changed: in the list of files, or in what is packed."""


@contextmanager
def member(path: str, raw: Any) -> Iterator[Any]:
    """Open the file in a zip file, or of several the one called like it; raises `SourceError` for all else."""
    try:
        archive = zipfile.ZipFile(raw)
        stream = archive.open(_only(path, archive))
    except (*_DAMAGED, NotImplementedError, RuntimeError) as error:  # the last two: of an odd kind, encrypted
        raise _unreadable(path, error) from None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", errno.EINVAL) != errno.EINVAL:
            raise
        raise _unreadable(path, zipfile.BadZipFile()) from None  # a list that points before the start of the file
    with archive, stream:
        try:
            yield stream
        except _DAMAGED as error:
            raise _unreadable(path, error) from None


def _unreadable(path: str, error: Exception) -> SourceError:
    if isinstance(error, _DAMAGED):
        return SourceError(f"{path}: the zip file is cut off or damaged; download it again")
    return SourceError(f"{path}: this zip file is encrypted or packed in a way not read here; unpack it into a folder")


def _only(path: str, archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    last = path.rpartition("/")[2][: -len(".zip")]
    alike = [name for name in names if name.rpartition("/")[2].startswith(last)]
    if len(names) != 1 and len(alike) != 1:
        raise SourceError(f"{path}: holds {len(names)} files, expected one; unpack it into a folder")
    return (names if len(names) == 1 else alike)[0]
