"""Files of exam questions: found by name at any depth, JSON lines and whole JSON files, packed or not."""

import json
import re
from typing import Any

from builders.sources.loose_json import loads
from builders.sources.place import Place, is_gzip
from schemas.errors import SourceError

Record = tuple[int, dict[str, Any]]
"""Number of a record in its file, from 1, and what it holds."""
_AGAIN = "download it again"


def found(place: Place, pattern: str) -> list[str]:
    """Files below a place whose path matches the whole `pattern`, in order; of a file and its `.gz` the file alone.

    The path is that below the place with the names of the folders above it before it, so that a pattern may ask for a
    folder that the place itself lies in.
    """
    above = place.full().strip("/") + "/"
    names = [name for name in place.files("**/*") if re.fullmatch(pattern, above + name)]
    plain = {name for name in names if not is_gzip(name)}
    return [name for name in names if name in plain or name[: -len(".gz")] not in plain]


def json_lines(place: Place, name: str) -> tuple[list[Record], list[tuple[int, str]]]:
    """Objects of a file, and line and reason of lines that are none; raises `SourceError` for a file cut off."""
    body = place.read(name)
    lines = body.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    records, bad = list[Record](), list[tuple[int, str]]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode())
        except UnicodeDecodeError:
            bad.append((number, "not_utf8"))
            continue
        except (ValueError, RecursionError):
            if number == len(lines):
                raise SourceError(f"{place.full(name)}: line {number:,} ends in the middle; the file was cut off, "
                                  f"{_AGAIN}") from None  # fmt: skip
            bad.append((number, "bad_json"))
            continue
        if isinstance(value, dict):
            records.append((number, value))
        else:
            bad.append((number, "bad_json"))
    if not records:
        raise SourceError(f"{place.full(name)}: holds no JSON object; expected one question a line")
    return records, bad


def whole_json(place: Place, name: str) -> Any:
    """What a JSON file holds; raises `SourceError` where it is cut off or none."""
    try:
        text = place.read(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{place.full(name)}: not UTF-8; {_AGAIN}") from None
    return loads(place.full(name), text)


def numbered(items: Any, file: str) -> tuple[list[Record], list[tuple[int, str]]]:
    """Objects of a list, and what of it is none; raises `SourceError` for no list."""
    if not isinstance(items, list) or not items:
        raise SourceError(f"{file}: expected a list of questions")
    records = [(number, one) for number, one in enumerate(items, 1) if isinstance(one, dict)]
    return records, [(number, "bad_json") for number, one in enumerate(items, 1) if not isinstance(one, dict)]
