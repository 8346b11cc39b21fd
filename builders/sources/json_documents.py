"""The records of JSON lines as columns: by the fast reader where it agrees with the exact one, by that elsewhere."""

import json
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from builders.sources.json_rows import record_of
from builders.sources.whole_lines import line_starts

_PIECE = 2**20
_MARK = b"\xef\xbb\xbf"
_HALF_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_MAYBE_NO_STRING = r"^(?:[\[{]|(?:true|false|-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?)$)"
"""What the fast reader makes of numbers, truth values, lists and objects; and of some strings, which are read anew."""


class Records(NamedTuple):
    """The records of a block: the columns asked for, and `start` and `end` in the block.

    `bad`: start, reason and detail of each line that is no record.
    """

    frame: pl.DataFrame
    bad: list[tuple[int, str, str]]


def json_documents(block: bytes, columns: Sequence[str], text: str, longest: int = 2**40) -> Records:
    """The columns asked for as text, null where a record has none; the column `text` must hold strings.

    A name with dots (`metadata.url`) is looked for within objects where no key is called so. Of keys that are there
    twice the first counts; values that are no strings are given as JSON. A line of more than `longest` bytes is bad.
    """
    lows, highs = _filled(block)
    long = highs - lows > longest
    bad = [(low, "too_long", f"a line of more than {longest} bytes") for low in lows[long].tolist()]
    lows, highs, frames = lows[~long], highs[~long], []
    for first, last in _pieces(lows):
        made = _piece(block, lows[first:last], highs[first:last], columns, text)
        frames.append(made.frame)
        bad += made.bad
    return Records(pl.concat([_empty(columns), *frames]), sorted(bad))


def _filled(block: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of the lines that are not blank, without the line feed."""
    starts = line_starts(block)
    lows, highs = starts[:-1], np.minimum(starts[1:] - 1, len(block))
    filled = np.frombuffer(block, np.uint8)[np.minimum(lows, len(block) - 1)] == ord("{") if block else lows < 0
    for number in np.flatnonzero(~filled).tolist():
        filled[number] = bool(block[lows[number] : highs[number]].strip())
    return lows[filled], highs[filled]


def _pieces(lows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of lines of about 1 MiB."""
    first = 0
    while first < len(lows):
        last = max(int(np.searchsorted(lows, lows[first] + _PIECE)), first + 1)
        yield first, last
        first = last


def _piece(block: bytes, lows: np.ndarray, highs: np.ndarray, columns: Sequence[str], text: str) -> Records:
    body = block[lows[0] : highs[-1]]
    fast = None if _HALF_PAIR.search(body) else _fast(body, columns)
    if fast is None or fast.height != len(lows):
        return _exact(block, lows, highs, columns, text)
    doubted = fast.select(pl.any_horizontal(pl.all().str.contains(_MAYBE_NO_STRING)).fill_null(False)).to_series()
    frame = fast.with_columns(start=pl.Series(lows, dtype=pl.Int64), end=pl.Series(highs, dtype=pl.Int64))
    if not doubted.any():
        return Records(frame, [])
    again = _exact(block, lows[doubted.to_numpy()], highs[doubted.to_numpy()], columns, text)
    return Records(pl.concat([frame.filter(~doubted), again.frame]).sort("start"), again.bad)


def _fast(body: bytes, columns: Sequence[str]) -> pl.DataFrame | None:
    """By polars; None where a line of the piece is not to its taste. It would unpack what begins like packed bytes."""
    if any("." in name for name in columns) or not body.lstrip().startswith(b"{"):
        return None
    schema = dict.fromkeys(columns, pl.String)
    try:
        return pl.read_ndjson(BytesIO(body), schema=schema).select(columns)
    except pl.exceptions.PolarsError:
        return None


def _exact(block: bytes, lows: np.ndarray, highs: np.ndarray, columns: Sequence[str], text: str) -> Records:
    rows, bad = [], []
    for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
        record = record_of(block[low:high].removeprefix(_MARK), _first)
        if isinstance(record, dict) and not isinstance(_value(record, text), str | None):
            record = ("not_text", f"the column {text} holds no text")
        if isinstance(record, dict):
            rows.append([*(_as_text(_value(record, column)) for column in columns), low, high])
        else:
            bad.append((low, *record))
    return Records(pl.DataFrame(rows, schema=_empty(columns).schema, orient="row"), bad)


def _empty(columns: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), "start": pl.Int64, "end": pl.Int64})


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _value(record: dict[str, Any], column: str) -> Any:
    if column in record or "." not in column:
        return record.get(column)
    head, _, rest = column.partition(".")
    inner = record.get(head)
    return _value(inner, rest) if isinstance(inner, dict) else None


def _as_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
