"""A release folder as it goes out: what is to be sent, and whether it is what its checksums say."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from releases.sums import SUMS, ReleaseError, parsed
from schemas.release import RELEASE

CHUNK = 1 << 20


@dataclass(frozen=True)
class File:
    """A file of a release: path inside it, bytes, SHA-256, and the SHA-1 that git gives its content."""

    path: str
    size: int
    sha256: str
    git: str


@dataclass(frozen=True)
class Outgoing:
    """A release folder and the files that its `SHA256SUMS` lists; `strangers` lie there too, and stay at home."""

    folder: Path
    dataset: str
    version: str
    gated: bool
    files: tuple[File, ...]
    strangers: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def read_record(text: str) -> dict[str, Any]:
    """What `release.json` says."""
    try:
        record = json.loads(text)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise ReleaseError(f"{RELEASE}: not a JSON object; release the build again with this medmill")
    missing = [key for key in ("format_version", "dataset", "version", "target", "gated") if key not in record]
    if missing:
        raise ReleaseError(f"{RELEASE}: no {', '.join(missing)}; release the build again with this medmill")
    if record["format_version"] != 1:
        raise ReleaseError(f"{RELEASE}: format {record['format_version']}, expected 1; use the medmill that wrote it")
    return record


def outgoing(folder: Path, seen: Callable[[str], None] = lambda path: None) -> Outgoing:
    """Read a release folder and hash every file; raises `ReleaseError` where one is missing or differs.

    Also where the release was made for another place than a Hub. `seen` is called with each path before it is read.
    """
    record = read_record(_text(folder, RELEASE))
    _check_target(folder, str(record["target"]))
    sums = parsed(_text(folder, SUMS))
    files = [_hashed(folder, path, seen) for path in (*sums, SUMS)]
    damaged = [file.path for file in files if sums.get(file.path, file.sha256) != file.sha256]
    if damaged:
        raise ReleaseError(f"{folder / damaged[0]}: not the content that {SUMS} lists ({len(damaged)} files differ); "
                           "release the build again")  # fmt: skip
    return Outgoing(
        folder=folder,
        dataset=str(record["dataset"]),
        version=str(record["version"]),
        gated=bool(record["gated"]),
        files=tuple(sorted(files, key=lambda file: file.path)),
        strangers=tuple(sorted(set(_paths(folder)) - {file.path for file in files})),
    )


def _check_target(folder: Path, target: str) -> None:
    if target == "physionet":
        raise ReleaseError(f"{folder}: its terms ask for PhysioNet; submit this folder at "
                           "https://physionet.org/about/publish, and push nothing")  # fmt: skip
    if target != "hub":
        raise ReleaseError(f"{folder}: released for {target}, so it may hold what must not leave; release the build "
                           "again with --target hub")  # fmt: skip


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{folder}: no {name} to read; expected a folder that `medmill release` wrote") from error


def _paths(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _hashed(folder: Path, path: str, seen: Callable[[str], None]) -> File:
    seen(path)
    at = folder / path
    if not at.is_file() or not at.resolve().is_relative_to(folder.resolve()):
        raise ReleaseError(f"{at}: listed in {SUMS}, but not a file of this folder; release the build again")
    size = at.stat().st_size
    plain, git = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with at.open("rb") as file:
        while piece := file.read(CHUNK):
            plain.update(piece)
            git.update(piece)
    return File(path, size, plain.hexdigest(), git.hexdigest())
