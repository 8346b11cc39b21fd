"""A folder that appears when all of it is written, or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def drafted_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write to, renamed to `out` at the end, or removed after an error.

    What a killed run left of it is removed first. An `out` that is there must be empty.
    """
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        if out.exists():
            out.rmdir()
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
