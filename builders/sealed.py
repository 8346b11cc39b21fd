"""Subjects that no dataset may train on: a list, or the official split file of the dataset that tests with them."""

import io
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

from builders.sources.place import Place, absolute
from schemas.errors import UsageError

_SUBJECT: Final = re.compile(r"p?(\d+)")


def read_sealed(file: str) -> frozenset[str]:
    """The subjects of a file: one id a line, or a CSV file with `subject_id` (and `split`: only those of `test`).

    `mimic-cxr-2.0.0-split.csv.gz` can be given as it is. Raises `UsageError` where the file holds no subject.
    """
    path = Path(absolute(file))
    text = Place(str(path.parent)).read(path.name).decode("utf-8", "replace")
    head = text.partition("\n")[0]
    if "," in head or head.strip() == "subject_id":
        found = _of_table(file, text)
    else:
        found = [line.strip() for line in text.splitlines()]
    subjects = frozenset(plain(subject) for subject in found if subject and not subject.startswith("#"))
    if not subjects:
        raise UsageError(f"sealed={file}: no subject here; expected one id a line, or a CSV file with subject_id")
    return subjects


def plain(subject: str) -> str:
    """An id as files of MIMIC spell it, with or without the `p` of its folders."""
    match = _SUBJECT.fullmatch(subject.strip())
    return match[1] if match else subject.strip()


def identity(subjects: frozenset[str]) -> str:
    """What changes with the list, and names nobody."""
    return sha256("\n".join(sorted(subjects)).encode()).hexdigest()[:16] if subjects else ""


def _of_table(file: str, text: str) -> list[str]:
    frame = pl.read_csv(io.StringIO(text), infer_schema=False)
    if "subject_id" not in frame.columns:
        raise UsageError(f"sealed={file}: no column subject_id; expected it, and split where only test is sealed")
    if "split" in frame.columns:
        frame = frame.filter(pl.col("split") == "test")
    return frame["subject_id"].drop_nulls().unique(maintain_order=True).to_list()
