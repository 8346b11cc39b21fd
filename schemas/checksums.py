"""The hash that manifests, releases and checks name a file by."""

from hashlib import file_digest
from pathlib import Path


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces; hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
