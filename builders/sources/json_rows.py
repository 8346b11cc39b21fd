"""The rows of JSON lines: one object a line, every value as text."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

Bad = tuple[int, str, str]
"""Number of a line in its block (from 0), the reason, and the detail, for a line that is no row."""
Pairs = Callable[[list[tuple[str, Any]]], dict[str, Any]]
_NO_OBJECT = ("bad_json", "no JSON object")
_MARK = b"\xef\xbb\xbf"


def json_rows(block: bytes, columns: Sequence[str]) -> tuple[pl.DataFrame, pl.Series, list[Bad]]:
    """The rows of a block with these columns (null where a record has none), the line of each, and the bad lines.

    Which lines are bad does not depend on the columns asked for.
    """
    rows: list[list[str | None]] = []
    numbers, bad = [], []
    for number, record in _records(block):
        if isinstance(record, tuple):
            bad.append((number, *record))
        else:
            numbers.append(number)
            rows.append([_as_text(record.get(column)) for column in columns])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame, pl.Series("number", numbers, pl.Int64), bad


def json_keys(block: bytes, wanted: set[str]) -> set[str]:
    """The keys of the objects of a block, up to the one by which all that are wanted have been seen."""
    seen: set[str] = set()
    for _, record in _records(block):
        if isinstance(record, dict):
            seen |= record.keys()
            if wanted <= seen:
                break
    return seen


def _records(block: bytes) -> Iterator[tuple[int, dict[str, Any] | tuple[str, str]]]:
    for number, line in enumerate(block.removeprefix(_MARK).split(b"\n")):
        if line.strip():
            yield number, record_of(line)


def record_of(line: bytes, pairs: Pairs | None = None) -> dict[str, Any] | tuple[str, str]:
    """The object of a line, made of its keys and values by `pairs` (default: the last of equal keys), or its fault."""
    try:
        text = line.decode()
        record = json.loads(text, object_pairs_hook=pairs)
        if "\\u" in text:
            json.dumps(record, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        return "not_utf8", "bytes that are not UTF-8"
    except UnicodeEncodeError:
        return "bad_json", "half a surrogate pair, which is no letter"
    except RecursionError:
        return "bad_json", "nested too deeply"
    except ValueError:
        return _NO_OBJECT
    return record if isinstance(record, dict) else _NO_OBJECT


def _as_text(value: object) -> str | None:
    """Lists of text as their items parted by `;`, as in a cell; other values as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    return json.dumps(value, ensure_ascii=False)
