"""Texts with BRAT standoff beside them: entities, and the relations between them."""

import re
from typing import Any, Final

import polars as pl

from builders.instructions.reading.asked import Asked
from builders.instructions.reading.decoding import REPLACED
from builders.instructions.reading.files import CorpusFile
from builders.instructions.reading.frames import NUMBER, FileRows
from builders.instructions.reading.labelled import ENTITIES
from builders.ner_formats import brat
from schemas.errors import SourceError

_RELATION: Final = re.compile(r"R\S+\t(\S+) \w+:(T\S+) \w+:(T\S+)\s*")
_SCHEMA: Final = {
    NUMBER: pl.Int64, "text": pl.String, "entities": ENTITIES, "discontinuous": pl.Int32,
    "relations": pl.List(pl.Struct({"type": pl.String, "head": pl.Int32, "tail": pl.Int32})),
}  # fmt: skip
"""Ends of relations are places in the list of entities, from 0."""


def read(file: CorpusFile, asked: Asked) -> FileRows:
    """The text of a file with its entities in the order of the text, those within others too.

    Entities with words between their pieces are no span of the text: `discontinuous` counts them, and they are left
    out with their relations. A text whose standoff does not fit it is a bad row.
    """
    body = file.body().decode("utf-8", "replace")
    if REPLACED in body:
        return FileRows(pl.DataFrame(schema=_SCHEMA), [(1, "not_utf8", "bytes that are not UTF-8")])
    lines = _standoff(file)
    try:
        found = list(brat.entities(f"{file.label} (.ann)", lines, body))
    except SourceError as error:
        return FileRows(pl.DataFrame(schema=_SCHEMA), [(1, "bad_standoff", str(error))])
    except ValueError:  # Python reads no number of thousands of digits
        return FileRows(pl.DataFrame(schema=_SCHEMA), [(1, "bad_standoff", "an offset of thousands of digits")])
    if beyond := next((end for one in found for _, end in one.pieces if end > len(body)), 0):
        why = f"a span up to {beyond} in a text of {len(body)} characters"
        return FileRows(pl.DataFrame(schema=_SCHEMA), [(1, "span_beyond_text", why)])
    whole = [one for one in found if brat.is_continuous(one, body)]
    spans = sorted((one.pieces[0][0], one.pieces[-1][1], one.kind, one.name) for one in whole)
    row = {
        NUMBER: 1, "text": body, "discontinuous": len(found) - len(whole),
        "entities": [{"start": start, "end": end, "type": kind} for start, end, kind, _ in spans],
        "relations": _relations(lines, [name for *_, name in spans]),
    }  # fmt: skip
    return FileRows(pl.DataFrame([row], schema=_SCHEMA, orient="row"))


def _standoff(file: CorpusFile) -> list[str]:
    """The lines of the file of the same name with `.ann`; none where there is none."""
    name = re.sub(r"\.txt(\.gz)?$", "", file.name)
    held = file.place.first(f"{name}.ann", f"{name}.ann.gz")
    return file.place.read(held).decode("utf-8", "replace").split("\n") if held else []


def _relations(lines: list[str], names: list[str]) -> list[dict[str, Any]]:
    places = {name: place for place, name in enumerate(names)}
    found = [match.groups() for line in lines if (match := _RELATION.fullmatch(line))]
    return [
        {"type": kind, "head": places[head], "tail": places[tail]}
        for kind, head, tail in found
        if head in places and tail in places
    ]
