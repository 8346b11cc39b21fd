"""The Tesseract of this machine: its version, and which language packs lie where."""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.errors import UsageError


@dataclass(frozen=True)
class Installed:
    """`folder`: where the packs lie, empty where the program does not say."""

    version: str
    folder: str
    packs: frozenset[str]

    def hash_of(self, pack: str) -> str:
        """Of the pack's file; `tessdata_fast` and `tessdata_best` have the same names. Empty where it is not found."""
        path = Path(self.folder) / f"{pack}.traineddata"
        return sha256(path.read_bytes()).hexdigest()[:16] if self.folder and path.is_file() else ""


@cache
def installed() -> Installed:
    """Ask the program once per process; raises `UsageError` where it, or pytesseract, is not installed."""
    pytesseract = _wrapper()
    try:
        version = str(pytesseract.get_tesseract_version())
        packs = frozenset(pytesseract.get_languages())
    except (OSError, SystemExit):
        raise UsageError(
            "the program tesseract is not installed or not in the PATH; install it (apt install tesseract-ocr, "
            "brew install tesseract), or read text layers alone with ocr=never"
        ) from None
    return Installed(version, _folder(pytesseract.pytesseract.tesseract_cmd), packs)


def _wrapper() -> Any:
    try:
        import pytesseract
    except ImportError:
        raise UsageError("pytesseract is not installed: pip install 'medmill[pdf]'") from None
    return pytesseract


def _folder(program: str) -> str:
    """As `tesseract --list-langs` says it above the list."""
    import subprocess

    done = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    found = re.search(r'"([^"]+)"', (done.stdout + done.stderr).partition("\n")[0])
    return found[1] if found else ""
