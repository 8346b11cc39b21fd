"""Large outputs beside the rows: written once, verified, taken over by a run that comes after."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from builders.boundary import StageError
from builders.store import drafted, write_bytes
from schemas.checksums import sha256_of

_SUMS = ".sums"
_TO_BUILD = "../../.."
"""From `<build>/.work/<table>/rows` to the build folder."""


def keep_file(folder: Path, name: str, write: Callable[[Path], Any]) -> dict[str, Any]:
    """Write `<folder>/<name>` by calling `write(draft)`, unless it is there and verifies.

    `name` is made of the row's id. Returns `path` (relative to the build folder), `bytes`, `sha256`: columns
    of the row, which is written after its file.
    """
    path, note = folder / name, folder / _SUMS / f"{name}.json"
    known = _verified(path, note)
    if known is None:
        with drafted(path) as draft:
            write(draft)
        known = _facts(path)
        write_bytes(note, json.dumps(known).encode())
    return {"path": _within_build(path), **known}


def named_files(rows: pl.DataFrame) -> dict[str, int]:
    """Size by path, from the folder of the rows, of the files that rows name: without them a partition is not there."""
    return {f"{_TO_BUILD}/{path}": size for path, size in rows.select("path", "bytes").iter_rows()}


def check_files(build: Path, rows: Path) -> None:
    """Raise `StageError` where a row names a file that is not there in its full size."""
    for path, size in pl.read_parquet(rows, columns=["path", "bytes"]).select("path", "bytes").iter_rows():
        file = build / path
        if not file.is_file() or file.stat().st_size != size:
            raise StageError(f"{path}: a row names this file with {size} bytes, but it is not there in that size")


def _facts(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _verified(path: Path, note: Path) -> dict[str, Any] | None:
    try:
        known = json.loads(note.read_bytes())
        return known if known == _facts(path) else None
    except (OSError, ValueError):
        return None


def _within_build(path: Path) -> str:
    """`files/<folder>/<fingerprint>/<name>`."""
    return Path(*path.parts[-4:]).as_posix()
