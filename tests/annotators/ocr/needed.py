"""What the tests of reading pictures need of the machine."""

import shutil
import subprocess

import pytest

PACKS = ("eng", "fra", "spa", "rus", "chi_sim", "jpn", "osd")


def _missing() -> str:
    if shutil.which("tesseract") is None:
        return "the program tesseract is not installed (apt install tesseract-ocr)"
    said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False).stdout.split()
    absent = [pack for pack in PACKS if pack not in said]
    return f"tesseract has no packs {', '.join(absent)} (apt install tesseract-ocr-…)" if absent else ""


needs_tesseract = pytest.mark.skipif(bool(_missing()), reason=_missing() or "everything is here")
