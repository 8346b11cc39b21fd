"""A language model on the rows of any table: entities under their own ids, and rejected texts with the reason."""

from collections.abc import Iterator, Sequence

import polars as pl

from annotators.llm.annotator import Llm
from annotators.llm.asking import Failure, Request
from builders.cells import cells, numbered, under_ids

_TOLD = {"row": pl.Int64, "section": pl.String}
ENTITY = {
    **_TOLD, "sentence": pl.Int64, "start": pl.Int64, "end": pl.Int64, "text": pl.String, "found": pl.String,
    "type": pl.String, "assertion": pl.String, "anatomy": pl.String,
}  # fmt: skip
REJECTED = {**_TOLD, "reason": pl.String, "detail": pl.String}


def annotated(
    frames: Iterator[pl.DataFrame], id_: str, texts: Sequence[str], llm: Llm
) -> Iterator[tuple[int, pl.DataFrame, pl.DataFrame]]:
    """Per batch: rows read, entities, and what was rejected, both in the order of rows and text columns."""
    for first, frame in numbered(frames, (id_, *texts)):
        entities, rejected = _batch(cells(frame, first, texts), llm)
        yield len(frame), under_ids(entities, frame, first, id_), under_ids(rejected, frame, first, id_)


def planned(frames: Iterator[pl.DataFrame], texts: Sequence[str], llm: Llm) -> Iterator[Request]:
    """What would be asked of all rows."""
    for frame in frames:
        yield from llm.requests([text for _, _, text in cells(frame, 0, texts)])


def _batch(texts: Sequence[tuple[int, str, str]], llm: Llm) -> tuple[pl.DataFrame, pl.DataFrame]:
    entities, rejected = [], []
    for (row, section, _), made in zip(texts, llm.annotate([text for _, _, text in texts]), strict=True):
        told = {"row": row, "section": section}
        if isinstance(made, Failure):
            rejected.append({**told, **vars(made)})
        else:
            entities += [{**told, **entity} for entity in made]
    return pl.DataFrame(entities, ENTITY), pl.DataFrame(rejected, REJECTED)
