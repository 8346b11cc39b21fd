"""Compile a function once per machine: numba, with a cache that knows all files the kernel is made of."""

import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba
from numba.core import config as _config

config: Any = _config  # its options are set at run time


def compiled(function: Callable[..., Any]) -> Any:
    """`numba.njit` without the GIL, kept in a folder that is named after the sources beside the function's own.

    Numba itself only watches the file of each function, by size and time: a function would go on with the old
    version of one it calls from another file. Division by zero gives infinity, as in numpy.
    """
    before = config.CACHE_DIR
    config.CACHE_DIR = _folder(before, Path(function.__code__.co_filename).parent)
    try:
        return numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before


@cache
def _folder(base: str, sources: Path) -> str:
    """`NUMBA_CACHE_DIR`, or else the user's cache folder; below it one folder per version of the sources."""
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "medmill" / "numba"
    source = b"".join(path.read_bytes() for path in [Path(__file__), *sorted(sources.glob("*.py"))])
    return str(Path(base or own) / sha256(source).hexdigest()[:16])
