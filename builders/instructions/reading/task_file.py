"""A published file of a task of MedS-Ins: its instances are rows, its definition stands in each."""

import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import HALF, REPLACED, is_text, lost_letters, text
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, Bad, FileRows
from builders.sources.loose_json import loads
from schemas.errors import SourceError

_SCHEMA: Final = {
    NUMBER: pl.Int64, "id": pl.String, "input": pl.String, "output": pl.List(pl.String), "definition": pl.String,
}  # fmt: skip
INSTANCES: Final = "Instances"


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The instances of a file; one without words for input or output is a bad row."""
    body = file.body()
    read_ = text(file.path, body)
    lost, whole = lost_letters(body, read_), loads(file.path, read_)
    held = whole.get(INSTANCES) if isinstance(whole, dict) else None
    if not isinstance(held, list):
        raise SourceError(f"{file.path}: no list `{INSTANCES}`; expected a file of a task as MedS-Ins publishes them")
    definition = _texts(whole.get("Definition"))
    rows: list[dict[str, Any]] = []
    bad: list[Bad] = []
    for number, one in enumerate(held, 1):
        made = _row(one, number)
        if lost and REPLACED in str(made):
            bad.append((number, "not_utf8", "bytes that are not UTF-8"))
        elif isinstance(made, str):
            bad.append((number, "bad_row", made))
        elif not is_text(json.dumps(made, ensure_ascii=False)):
            bad.append((number, "bad_row", HALF))
        else:
            rows.append({NUMBER: number, **made, "definition": definition[0] if definition else None})
    return FileRows(pl.DataFrame(rows, schema=_SCHEMA, orient="row"), bad)


def _row(one: Any, number: int) -> dict[str, Any] | str:
    """An instance, or why it is none; one without an id is called by its number."""
    if not isinstance(one, Mapping):
        return "no JSON object"
    said, output = one.get("input"), _texts(one.get("output"))
    if not isinstance(said, str) or not said.strip():
        return "no text as input"
    if not output:
        return "no text as output"
    return {"id": str(one.get("id") or f"#{number}"), "input": said, "output": output}


def _texts(value: Any) -> list[str]:
    """A text, or several, as a list without what is no words; numbers as they are written."""
    values = value if isinstance(value, list) else [value]
    plain = [str(one) if isinstance(one, int | float) else one for one in values]
    return [one for one in plain if isinstance(one, str) and one.strip()]
