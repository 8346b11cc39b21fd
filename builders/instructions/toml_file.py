"""A TOML file as tables, or one error that says in which line and column it is none."""

import re
import tomllib
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

from schemas.errors import UsageError


def parsed(path: Path) -> dict[str, Any]:
    """The tables of a file, with a byte order mark or without; raises `UsageError` with line and column."""
    try:
        raw = path.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise UsageError(f"{path}: not readable ({error.strerror}); name a TOML file that declares a corpus") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(raw[: error.start].decode("utf-8"))
        raise UsageError(
            f"{path}: line {line}, column {column}: expected UTF-8, got byte 0x{raw[error.start]:02x}; save it as UTF-8"
        ) from error
    try:
        return tomllib.loads(text)
    except ValueError as error:  # a number of too many digits is no TOMLDecodeError
        said = re.sub(r"at end of document", "at line {}, column {}".format(*_place(text)), str(error))
        raise UsageError(f"{path}: expected TOML, got: {said}; mend this place") from error
    except RecursionError as error:
        raise UsageError(f"{path}: expected TOML, got tables nested too deep; three levels are enough") from error


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
