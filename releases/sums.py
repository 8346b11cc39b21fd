"""`SHA256SUMS`: the hash of every file of a release, as `sha256sum --check` reads it."""

import re
from pathlib import Path, PurePosixPath
from typing import Final

from schemas.checksums import sha256_of
from schemas.errors import MedmillError
from schemas.release import RELEASE

SUMS: Final = "SHA256SUMS"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")


class ReleaseError(MedmillError):
    """A folder that is no whole release."""


def write_sums(folder: Path) -> None:
    """Write the file anew."""
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in files_of(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def files_of(folder: Path) -> list[str]:
    """All files of a release but the sums themselves, relative to it, sorted."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in found if name != SUMS)


def read_sums(folder: Path) -> dict[str, str]:
    """Hash by file; raises `ReleaseError` where the list is missing or damaged."""
    try:
        return parsed((folder / SUMS).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ReleaseError(f"{folder / SUMS}: missing or unreadable; make or download the release again") from None


def parsed(text: str) -> dict[str, str]:
    """Hash by file, of the text of a list."""
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    if not lines or None in lines:
        raise ReleaseError(f"{SUMS}: expected lines of a SHA-256, two spaces and a path; release the build again")
    sums = {line[2]: line[1] for line in lines if line}
    leaving = [path for path in sums if path.startswith("/") or ".." in PurePosixPath(path).parts or path == SUMS]
    if leaving:
        raise ReleaseError(f"{SUMS}: {leaving[0]}: not a path inside a release; release the build again")
    if RELEASE not in sums:
        raise ReleaseError(f"{SUMS}: does not list {RELEASE}; release the build again")
    return sums
