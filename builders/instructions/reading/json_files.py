"""JSON files: a list of objects, or objects under a path of keys."""

import json
from collections.abc import Iterator
from typing import Any, Final

from builders.instructions.reading.asked import KEY, Asked
from builders.instructions.reading.decoding import HALF, REPLACED, is_text, lost_letters, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import Bad, FileRows, of_records
from builders.sources.csv_files import shown
from builders.sources.loose_json import loads
from schemas.errors import SourceError

_EVERY: Final = "*"
Found = tuple[tuple[str, ...], Any]
"""Keys of objects whose every value is a row, from the outside in, and such a value."""


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The rows of a file; what is no object among them is a bad row."""
    body = file.body()
    whole = text(file.path, body)
    found = _rows(file.path, loads(file.path, whole), asked.text("records"))
    return of_values(found, lost=lost_letters(body, whole))


def of_values(found: list[Found], *, lost: bool) -> FileRows:
    """Rows of objects, each with its key where it has one. `lost`: U+FFFD stands for bytes that did not fit."""
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    bad: list[Bad] = []
    for number, (keys, value) in enumerate(found, 1):
        if not isinstance(value, dict):
            bad.append((number, "bad_row", "no JSON object"))
        elif lost and REPLACED in json.dumps(value, ensure_ascii=False):
            bad.append((number, "not_utf8", "bytes that are not UTF-8"))
        elif not is_text(json.dumps(value, ensure_ascii=False)):
            bad.append((number, "bad_row", HALF))
        else:
            records.append({**value, **({KEY: "/".join(keys)} if keys else {})})
            numbers.append(number)
    return FileRows(of_records(records, numbers), bad)


def _rows(path: str, whole: Any, records: str) -> list[Found]:
    found: list[Found] = [((), whole)]
    for step in records.split(".") if records else []:
        above = found
        found = [one for keys, value in above for one in _step(keys, value, step)]
        if not found:
            there = [key for _, value in above[:1] if isinstance(value, dict) for key in value]
            told = shown(there, "found") if there else "found no keys"
            raise SourceError(f"{path}: nothing at {step} of `records = {records}`; {told}")
    return [one for keys, value in found for one in _each(keys, value)]


def _step(keys: tuple[str, ...], value: Any, step: str) -> Iterator[Found]:
    if step == _EVERY and isinstance(value, dict):
        yield from (((*keys, key), inner) for key, inner in value.items())
    elif step == _EVERY and isinstance(value, list):
        yield from ((keys, inner) for inner in value)
    elif isinstance(value, dict) and step in value:
        yield keys, value[step]


def _each(keys: tuple[str, ...], value: Any) -> Iterator[Found]:
    if isinstance(value, list):
        yield from ((keys, one) for one in value)
    else:
        yield keys, value
