"""A language model on the rows of any table: entities under their own ids, and rejected texts with the reason."""

from collections.abc import Iterator, Sequence

import polars as pl

from annotators.llm.annotator import Llm
from annotators.llm.asking import Failure, Request

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
    done = 0
    for frame in frames:
        entities, rejected = _batch(frame, done, id_, texts, llm)
        yield len(frame), entities, rejected
        done += len(frame)


def planned(frames: Iterator[pl.DataFrame], texts: Sequence[str], llm: Llm) -> Iterator[Request]:
    """What would be asked of all rows."""
    for frame in frames:
        yield from llm.requests([text for _, _, text in asked(frame, 0, texts)])


def asked(frame: pl.DataFrame, done: int, texts: Sequence[str]) -> list[tuple[int, str, str]]:
    """Row, section and text of every cell that is not blank."""
    return [
        (row, name, text)
        for row, cells in enumerate(frame.select(texts).cast(pl.String).iter_rows(), done)
        for name, text in zip(texts, cells, strict=True)
        if text and not text.isspace()
    ]


def _batch(
    frame: pl.DataFrame, done: int, id_: str, texts: Sequence[str], llm: Llm
) -> tuple[pl.DataFrame, pl.DataFrame]:
    texts_of = asked(frame, done, texts)
    entities, rejected = [], []
    for (row, section, _), made in zip(texts_of, llm.annotate([text for _, _, text in texts_of]), strict=True):
        told = {"row": row, "section": section}
        if isinstance(made, Failure):
            rejected.append({**told, "reason": made.reason, "detail": made.detail})
        else:
            entities += [{**told, **entity} for entity in made]
    ids = frame.select(pl.col(id_), row=pl.int_range(done, done + pl.len(), dtype=pl.Int64))
    return named(pl.DataFrame(entities, ENTITY), ids), named(pl.DataFrame(rejected, REJECTED), ids)


def named(made: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Under the ids of their rows; `ids`: the id column, and `row`."""
    id_ = ids.columns[0]
    return made.join(ids, on="row", how="left", maintain_order="left").select(id_, *made.columns)
