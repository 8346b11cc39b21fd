"""Texts with entities as rows; spans that a text does not have make a bad row of it."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from builders.instructions.reading.frames import NUMBER, Bad, FileRows
from builders.ner_formats.frames import ENTITY, Labelled

ENTITIES: Final = pl.List(ENTITY)
"""Offsets count characters of the text; in the order of the text."""


def labelled_rows(texts: Sequence[Labelled], numbers: Sequence[int], bad: Sequence[Bad] = ()) -> FileRows:
    """Rows with `text` and `entities`."""
    wrong = {number: _fault(one) for number, one in zip(numbers, texts, strict=True) if _fault(one)}
    held = [(number, one) for number, one in zip(numbers, texts, strict=True) if number not in wrong]
    frame = pl.DataFrame(
        {
            NUMBER: [number for number, _ in held],
            "text": [one.text for _, one in held],
            "entities": [
                [dict(zip(("start", "end", "type"), span, strict=True)) for span in one.entities] for _, one in held
            ],
        },
        schema={NUMBER: pl.Int64, "text": pl.String, "entities": ENTITIES},
    )
    return FileRows(frame, [*bad, *((number, "span_beyond_text", why) for number, why in wrong.items())])


def _fault(one: Labelled) -> str:
    """Why its spans are not those of its text, if they are not."""
    for start, end, _ in one.entities:
        if not 0 <= start < end <= len(one.text):
            return f"a span from {start} to {end} in a text of {len(one.text)} characters"
    return ""
