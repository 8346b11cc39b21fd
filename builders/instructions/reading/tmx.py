"""Translation memories: the segments of a unit, a column for each language."""

from typing import Any, Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, FileRows
from builders.instructions.reading.xml_stream import BrokenXmlError, elements
from schemas.errors import SourceError

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MARKUP: Final = ("bpt", "ept", "it", "ph", "ut")
"""Elements whose content is markup of the document that was translated."""


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The units of a file; a language that one lacks is null."""
    rows: list[dict[str, Any]] = []
    wanted = asked.several("languages")
    try:
        for number, unit in enumerate(elements(file.path, file.body(), "tu"), 1):
            rows.append({NUMBER: number, "tuid": unit.get("tuid"), **_segments(unit, wanted)})
    except BrokenXmlError as error:
        raise SourceError(f"{file.path}: {error}, behind {len(rows)} units; download it again") from None
    schema = {NUMBER: pl.Int64, "tuid": pl.String, **dict.fromkeys(wanted, pl.String)}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    silent = [name for name in wanted if rows and not frame[name].count()]
    return FileRows(frame.drop(silent))


def _segments(unit: Any, wanted: tuple[str, ...]) -> dict[str, str | None]:
    held = {str(one.get(_LANG) or one.get("lang") or "").lower(): one.find("seg") for one in unit.findall("tuv")}
    return {name: _said(_of(held, name.lower())) for name in wanted}


def _of(held: dict[str, Any], language: str) -> Any:
    """The segment of a language as it is spelt, else of one of its regions."""
    return held.get(language, next((held[one] for one in held if one.partition("-")[0] == language), None))


def _said(segment: Any) -> str | None:
    if segment is None:
        return None
    pieces = [segment.text or ""]
    for inner in segment:
        pieces += [
            "" if inner.tag in _MARKUP or not isinstance(inner.tag, str) else _said(inner) or "",
            inner.tail or "",
        ]
    return "".join(pieces).strip() or None
