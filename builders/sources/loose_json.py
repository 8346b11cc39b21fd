"""JSON as people write it: comments and commas before a closing bracket are passed over."""

import json
import re
from typing import Any, Final

from schemas.errors import SourceError

_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[\]}])', re.DOTALL)
"""Strings are matched first, so that nothing within one is taken for a comment."""
_DEPTH: Final = "nested too deeply to be records; download it again"
_DIGITS: Final = "a number of thousands of digits; write it as a text, or download it again"


def loads(path: str, text: str) -> Any:
    """What a JSON text holds, `NaN` and its like as null; several values behind each other are a list.

    Raises `SourceError` with the line at which it breaks; lines are those of the file.
    """
    try:
        return _strict(text)
    except RecursionError:
        raise SourceError(f"{path}: {_DEPTH}") from None
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (several := _lines(text)) is not None:
            return several
    except ValueError:
        raise SourceError(f"{path}: {_DIGITS}") from None
    try:
        return _strict(_TOKENS.sub(_without, text))
    except RecursionError:
        raise SourceError(f"{path}: {_DEPTH}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise SourceError(f"{path}: no whole JSON file: it breaks at {where}; download it again") from None
    except ValueError:
        raise SourceError(f"{path}: {_DIGITS}") from None


def _strict(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None)


def _lines(text: str) -> list[Any] | None:
    """The values of JSON lines; None where a line is none."""
    try:
        return [_strict(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None


def _without(token: re.Match[str]) -> str:
    """Strings as they are, anything else as blanks of the same lines and columns."""
    return token[0] if token[0].startswith('"') else re.sub(r"[^\n]", " ", token[0])
