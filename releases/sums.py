"""`SHA256SUMS`: the hash of every file of a release, as `sha256sum --check` reads it."""

from pathlib import Path
from typing import Final

from releases.shards import sha256_of

SUMS: Final = "SHA256SUMS"


def write_sums(folder: Path) -> None:
    """Write the file anew."""
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in files_of(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def files_of(folder: Path) -> list[str]:
    """All files of a release but the sums themselves, relative to it, sorted."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(name for name in found if name != SUMS)


def read_sums(folder: Path) -> dict[str, str]:
    """Hash by file; raises `FileNotFoundError` where there is none."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines if line)}
